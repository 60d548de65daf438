import { randomBytes } from 'node:crypto';
import { Server, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '@moby/model';
import type { RegistrySettings } from '../settings/registry-settings.ts';
import type { StorageFolder } from '../storage/storage-folder.ts';

/** Puts the gate in front of everything else that an app answers. */
export type Install = (app: unknown, auth: unknown, storage: unknown) => void;

export interface VerdaccioOptions {
  readonly storage: StorageFolder;
  readonly settings: RegistrySettings;
  /** Where its warnings go, as lines of JSON: a file, or a descriptor. */
  readonly log: string | number;
  readonly install: Install;
  /** Where `verdaccio-moby-gate` is found. */
  readonly pluginFolder: string;
}

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

export const ownPluginFolder: string = fileURLToPath(new URL('../../plugins', import.meta.url));

/**
 * Verdaccio's configuration. It fails closed: whoever is not let in by a middleware has no group that may write, as the only
 * group that may is random and nobody is given it, and what is not of our scopes isn't served at all.
 */
export function verdaccioConfig({ storage, settings, log, install, pluginFolder }: VerdaccioOptions): object {
  const nobody = (): string => `nobody-${randomBytes(16).toString('hex')}`;
  const writers = nobody();
  const scopes = settings.scopes.map((scope) => [`${scope}/*`, { access: ['$all'], publish: [writers], unpublish: [writers] }] as const);
  const closed = nobody();
  return {
    storage: storage.packages,
    configPath: join(storage.root, 'verdaccio.yaml'),
    self_path: join(storage.root, 'verdaccio.yaml'),
    plugins: pluginFolder,
    auth: { htpasswd: { file: storage.users, algorithm: 'bcrypt', rounds: 10, max_users: -1 } },
    uplinks: {},
    packages: { ...Object.fromEntries(scopes), '**': { access: [closed], publish: [closed], unpublish: [closed] } },
    middlewares: { 'moby-gate': { enabled: true, install } },
    web: { enable: false },
    max_body_size: settings.limits.publishBytes,
    userRateLimit: { windowMs: 60_000, max: 1_000_000 },
    security: {
      api: { legacy: false, jwt: { sign: { expiresIn: `${settings.tokenDays}d` }, verify: {} } },
      web: { sign: { expiresIn: '1h' } },
    },
    log: { type: 'file', path: log, level: 'warn', format: 'json' },
    publish: { allow_offline: true },
    ...(settings.url === undefined ? {} : { url_prefix: '' }),
  };
}

/** Starts Verdaccio in this process and returns what answers its requests; it listens nowhere. One to a process. */
export async function startVerdaccio(options: VerdaccioOptions): Promise<RequestListener> {
  // They would change what the configuration says.
  for (const name of Object.keys(process.env)) if (name.startsWith('VERDACCIO_')) Reflect.deleteProperty(process.env, name);
  const { runServer } = await import('verdaccio');
  const started: unknown = await runServer(Object.assign({}, verdaccioConfig(options)));
  const listener = started instanceof Server ? started.listeners('request')[0] : undefined;
  if (!isListener(listener)) throw new Failure({ code: 'io', message: 'this version of Verdaccio gives no server' });
  return listener;
}

function isListener(value: unknown): value is RequestListener {
  return typeof value === 'function';
}
