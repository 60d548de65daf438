/**
 * Verdaccio as it comes, whoever logs in may publish, for comparison: `node -C source stock-entry.ts ROOT`. Packages are in
 * ROOT/packages, users in ROOT/htpasswd. Prints its port.
 */
import { writeSync } from 'node:fs';
import { Server } from 'node:http';
import { join } from 'node:path';
import { runServer } from 'verdaccio';

const root = process.argv[2] ?? '';
const started: unknown = await runServer(
  Object.assign(
    {},
    {
      storage: join(root, 'packages'),
      configPath: join(root, 'verdaccio.yaml'),
      self_path: join(root, 'verdaccio.yaml'),
      auth: { htpasswd: { file: join(root, 'htpasswd'), algorithm: 'bcrypt', rounds: 8 } },
      uplinks: {},
      packages: { '**': { access: ['$all'], publish: ['$authenticated'], unpublish: ['$authenticated'] } },
      web: { enable: false },
      max_body_size: '20mb',
      userRateLimit: { windowMs: 60_000, max: 1_000_000 },
      security: { api: { legacy: false, jwt: { sign: { expiresIn: '7d' }, verify: {} } }, web: { sign: { expiresIn: '1h' } } },
      log: { type: 'file', path: join(root, 'verdaccio.log'), level: 'warn', format: 'json' },
      publish: { allow_offline: true },
    },
  ),
);
if (!(started instanceof Server)) throw new Error('this version of Verdaccio gives no server');
started.listen(0, '127.0.0.1', () => {
  const address = started.address();
  writeSync(1, `${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
