export type { Change, Judge, Publish, RuleFinding } from './publish/judge.ts';
export { jsonLog, type Log, type LogEntry } from './server/log.ts';
export { type Ready, serveRegistry, type ServeOptions } from './server/serve-registry.ts';
export { readSettings, type SettingsFile } from './settings/read-settings.ts';
export { defaultSettings, parseListen, type RegistrySettings, type Role } from './settings/registry-settings.ts';
export type { StorageFinding, StorageState } from './storage/mend-storage.ts';
export { checkStorage } from './storage/open-storage.ts';
export { defaultStorage } from './storage/storage-folder.ts';
