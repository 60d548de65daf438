import { homedir } from 'node:os';
import { join } from 'node:path';

/** The paths of a registry's folder. All of them are the server's own: nothing else writes there while it runs. */
export interface StorageFolder {
  readonly root: string;
  /** What Verdaccio reads: `@scope/name/{package.json,*.tgz}` and its list of names. */
  readonly packages: string;
  /** Every version that was ever published, with its integrity; only ever appended to. */
  readonly journal: string;
  /** Users with bcrypt hashes, in Apache's format. */
  readonly users: string;
  /** The key that tokens are signed with. */
  readonly secret: string;
  /** The private key that publishes are signed with, and the public ones that were used before. */
  readonly signingKeys: string;
  /** Who offers what, as it was signed last. */
  readonly catalogue: string;
  /** What a repair takes out of `packages`, so that nothing is lost by it. */
  readonly setAside: string;
}

export function storageFolder(root: string): StorageFolder {
  return {
    root,
    packages: join(root, 'packages'),
    journal: join(root, 'published.jsonl'),
    users: join(root, 'htpasswd'),
    secret: join(root, 'secret'),
    signingKeys: join(root, 'signing-keys.json'),
    catalogue: join(root, 'catalogue.json'),
    setAside: join(root, 'set-aside'),
  };
}

/** `$XDG_DATA_HOME/moby-compose/registry`, by default below `~/.local/share`. */
export function defaultStorage(environment: Readonly<Record<string, string | undefined>>): string {
  const data = environment['XDG_DATA_HOME'] ?? '';
  return join(data === '' ? join(homedir(), '.local', 'share') : data, 'moby-compose', 'registry');
}
