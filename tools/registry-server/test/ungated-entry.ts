/** Verdaccio with our configuration and no gate at all, for tests: `node -C source ungated-entry.ts ROOT`. Prints its port. */
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { startVerdaccio } from '../src/server/start-verdaccio.ts';
import { defaultSettings } from '../src/settings/registry-settings.ts';
import { openStorage } from '../src/storage/open-storage.ts';

const root = process.argv[2] ?? '';
const pluginFolder = join(root, 'plugins');
mkdirSync(join(pluginFolder, 'verdaccio-moby-gate'), { recursive: true });
writeFileSync(join(pluginFolder, 'verdaccio-moby-gate/index.js'), 'module.exports = () => ({ register_middlewares: () => undefined });');
const storage = await openStorage(root, { now: () => new Date() });
const listener = await startVerdaccio({
  storage: storage.folder,
  settings: defaultSettings,
  log: 2,
  install: () => undefined,
  pluginFolder,
});
const server = createServer(listener).listen(0, '127.0.0.1', () => {
  const address = server.address();
  writeSync(1, `${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
