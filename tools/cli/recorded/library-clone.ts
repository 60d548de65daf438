import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openLine } from '@moby/composer/line';
import { checkout } from '@moby/testkit';
import { ask, quietSurroundings } from '../../composer/test/line/quiet-surroundings.ts';

/** The library as it is at HEAD, to be changed: a clone of this repository that nobody else has. Paths are from its root. */
export interface LibraryClone {
  readonly folder: string;
  readonly head: string;
  read(path: string): string;
  write(path: string, text: string): void;
  /** Throws where nothing changes by it: whoever recorded the change thought of another library. */
  edit(path: string, change: (text: string) => string): void;
  copy(from: string, to: string): void;
  remove(path: string): void;
  /** Names in a folder, in the order of their numbers. */
  names(folder: string): readonly string[];
  has(path: string): boolean;
  /** Writes the lock of an assembly anew, as `component update` does. */
  relock(assembly: string): Promise<void>;
  /** What has been changed, as a commit on HEAD; everything is as at HEAD again. */
  commit(message: string): string;
}

const person = { name: 'Ann', email: 'ann@example.com' };
const environment = {
  ...process.env,
  GIT_AUTHOR_NAME: person.name,
  GIT_AUTHOR_EMAIL: person.email,
  GIT_COMMITTER_NAME: person.name,
  GIT_COMMITTER_EMAIL: person.email,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
};

export const signOff: string = `Signed-off-by: ${person.name} <${person.email}>`;

/** Clones without a network, and lays out what a library is made of. `folder`: not there yet. */
export function cloneLibrary(folder: string): LibraryClone {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'safe.directory=*', '-c', 'gc.auto=0', ...args], {
      env: environment,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  const inside = (...args: readonly string[]): string => git('-C', folder, ...args);
  git('clone', '--quiet', '--no-checkout', '--no-tags', checkout, folder);
  const head = git('-C', checkout, 'rev-parse', 'HEAD');
  inside('sparse-checkout', 'set', '--no-cone', '/components/', '/assemblies/', '/docs/governance/', '/schemas/', '/*.json');
  inside('checkout', '--quiet', '--detach', head);
  const at = (path: string): string => join(folder, path);
  const read = (path: string): string => readFileSync(at(path), 'utf8');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  };
  return {
    folder,
    head,
    read,
    write,
    edit: (path, change) => {
      const [before, after] = [read(path), change(read(path))];
      if (before === after) throw new Error(`${path}: the change changes nothing`);
      write(path, after);
    },
    copy: (from, to) => cpSync(at(from), at(to), { recursive: true }),
    remove: (path) => rmSync(at(path), { recursive: true }),
    names: (path) => readdirSync(at(path)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
    has: (path) => existsSync(at(path)),
    relock: (assembly) => relock(folder, assembly),
    commit: (message) => {
      inside('add', '--all', '--sparse', '.');
      inside('commit', '--quiet', '--no-verify', '--allow-empty', '--message', message);
      const oid = inside('rev-parse', 'HEAD');
      inside('checkout', '--quiet', '--force', '--detach', head);
      return oid;
    },
  };
}

async function relock(library: string, assembly: string): Promise<void> {
  const ownCache = { XDG_CACHE_HOME: join(dirname(library), 'cache') };
  const line = await openLine(quietSurroundings(library, { environment: ownCache, now: () => new Date() }));
  const relocked = await line.relock(ask(assembly));
  if (!relocked.ok) throw new Error(`${assembly} doesn't resolve: ${relocked.findings.map(({ message }) => message).join('; ')}`);
}

/** A digest that stands for bytes that nobody has. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
