export { refusals, type RefusalCode } from './gate/refusal.ts';
export { openJudge, type JudgeWorld } from './judge/open-judge.ts';
export { openProver, proverLimits } from './judge/open-prover.ts';
export { noProver, type Prover } from './judge/prover.ts';
export type { Change, Judge, Judgement, Publish, RuleFinding } from './publish/judge.ts';
export { rotateSigningKey, type RotatedKey } from './storage/signing-keys.ts';
export { jsonLog, type Log, type LogEntry } from './server/log.ts';
export { type Ready, serveRegistry, type ServeOptions } from './server/serve-registry.ts';
export { readSettings, type SettingsFile } from './settings/read-settings.ts';
export {
  defaultListen,
  defaultSettings,
  formatAddress,
  parseListen,
  roles,
  type RegistrySettings,
  type Role,
} from './settings/registry-settings.ts';
export type { StorageFinding, StorageState } from './storage/mend-storage.ts';
export { checkStorage } from './storage/open-storage.ts';
export { defaultStorage } from './storage/storage-folder.ts';
export {
  addUser,
  changePassword,
  changeRole,
  judgeName,
  judgePassword,
  listUsers,
  removeUser,
  type RegistryUser,
} from './users/change-users.ts';
