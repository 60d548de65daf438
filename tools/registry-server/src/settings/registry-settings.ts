/** What a user may write: see `mayDo`. */
export type Role = 'contributor' | 'maintainer' | 'steward' | 'bot';

export const roles: readonly Role[] = ['contributor', 'maintainer', 'steward', 'bot'];

/** How a registry is run; `readSettings` makes it of a file, `defaultSettings` is it without one. */
export interface RegistrySettings {
  readonly listen: ListenAddress;
  /** The scopes that are served, with their `@`. */
  readonly scopes: readonly string[];
  /** How clients reach it, for the addresses of tarballs; by default as each request says. */
  readonly url: string | undefined;
  /** Addresses of reverse proxies, whose `X-Forwarded-` headers are believed. */
  readonly proxies: readonly string[];
  /** By user name; of others the users file says it, and who has none there is a contributor. */
  readonly roles: ReadonlyMap<string, Role>;
  /** A checkout of the library, whose OWNERS.yaml say who may publish; without it, whoever publishes a name first owns it. */
  readonly library: string | undefined;
  /** Whether a release has to come with its publisher's signed statement. */
  readonly statements: 'optional' | 'required';
  readonly tokenDays: number;
  readonly limits: RegistryLimits;
}

export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface RegistryLimits {
  /** Of the body of a publish, in which the tarball is a third larger. */
  readonly publishBytes: number;
  /** Of all bodies that are held at once. */
  readonly heldBytes: number;
  /** Of the answers about packages that are kept ready. */
  readonly cacheBytes: number;
  /** Writes of one user: so many at once, and then so many a minute. */
  readonly writesBurst: number;
  readonly writesPerMinute: number;
  /** Logins that may fail, for one user from one address and for one address, within `loginWindowMs`. */
  readonly loginFailures: number;
  readonly addressFailures: number;
  readonly loginWindowMs: number;
  /** That are open at once, of all clients and of one; those of `proxies` count only among all. */
  readonly connections: number;
  readonly addressConnections: number;
  /** Of one request, from its first byte to the last of its body. */
  readonly requestMs: number;
  /** Without any progress of a body. */
  readonly idleMs: number;
  /** What requests that are being answered have for it when the server stops. */
  readonly stopMs: number;
}

export const defaultListen: ListenAddress = { host: '127.0.0.1', port: 4873 };

export const defaultSettings: RegistrySettings = {
  listen: defaultListen,
  scopes: ['@moby'],
  url: undefined,
  proxies: [],
  roles: new Map(),
  library: undefined,
  statements: 'optional',
  tokenDays: 7,
  limits: {
    publishBytes: 16 << 20,
    heldBytes: 128 << 20,
    cacheBytes: 256 << 20,
    writesBurst: 400,
    writesPerMinute: 1200,
    loginFailures: 5,
    addressFailures: 50,
    loginWindowMs: 15 * 60_000,
    connections: 2000,
    addressConnections: 500,
    requestMs: 120_000,
    idleMs: 15_000,
    stopMs: 30_000,
  },
};

/** `127.0.0.1:4873`, `[::1]:4873`, `4873` (on 127.0.0.1); undefined where it is none of them. */
export function parseListen(text: string): ListenAddress | undefined {
  const match = /^(?:(?:\[([0-9a-f:.]{2,45})\]|([A-Za-z0-9.-]{1,253})):)?([0-9]{1,5})$/i.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port > 65_535 ? undefined : { host: match[1] ?? match[2] ?? defaultListen.host, port };
}

export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
