import type { Stats } from 'node:fs';
import { lstat, readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { PromiseFsClient } from 'isomorphic-git';
import type { ObjectFolders } from './object-folders.ts';
import { unreadableRepository } from './unreadable-repository.ts';

/** A pack is held in memory whole. */
const maxPackBytes = 1024 ** 3;
/** Everything else of a repository: an index of a pack, refs, one loose object as it is compressed. */
const maxFileBytes = 256 * 1024 ** 2;

/**
 * The files of a repository for isomorphic-git: they are read up to a size, and never written. It knows one folder of objects, so those of
 * a quarantine are shown to it as if they lay in that one. It asks for the same folders again with each object, and for a loose file of each
 * object that is in a pack: what is in a folder is asked of the disk once, and `isPacked` spares the rest.
 */
export function readOnlyFiles(folders: ObjectFolders, isPacked: (oid: string) => boolean = () => false): PromiseFsClient {
  const quarantined = quarantinedPath(folders);
  const listed = new Map<string, Promise<string[]>>();
  const known = new Map<string, Promise<Stats>>();
  const either =
    <Rest extends readonly unknown[], Result>(read: (path: string, ...rest: Rest) => Promise<Result>) =>
    async (path: string, ...rest: Rest): Promise<Result> => {
      try {
        return await read(path, ...rest);
      } catch (error) {
        const other = isMissing(error) ? quarantined(path) : undefined;
        if (other === undefined) throw error;
        return read(other, ...rest);
      }
    };
  return {
    promises: {
      readFile: async (path: string | undefined, options?: ReadOptions) => {
        const [, folder, rest] = /[/\\]objects[/\\]([0-9a-f]{2})[/\\]([0-9a-f]{38})$/.exec(path ?? '') ?? [];
        // Asked without a path, it is looked at what kind of function this is.
        if (path === undefined || (folder !== undefined && isPacked(`${folder}${rest}`))) throw isElsewhere();
        return either(readBounded)(path, options);
      },
      readdir: (path: string) =>
        remembered(listed, path, async () => {
          const other = quarantined(path);
          return other === undefined ? readdir(path) : [...new Set([...(await namesIn(path)), ...(await namesIn(other))])];
        }),
      stat: (path: string) => remembered(known, path, () => either(async (own: string) => stat(own))(path)),
      lstat: either(async (path: string) => lstat(path)),
      readlink,
      writeFile: refuse,
      unlink: refuse,
      mkdir: refuse,
      rmdir: refuse,
      symlink: refuse,
    },
  };
}

function isElsewhere(): Error {
  return Object.assign(new Error('it is in a pack'), { code: 'ENOENT' });
}

function remembered<Value>(values: Map<string, Promise<Value>>, path: string, ask: () => Promise<Value>): Promise<Value> {
  const value = values.get(path) ?? ask();
  values.set(path, value);
  return value;
}

type ReadOptions = BufferEncoding | { encoding?: BufferEncoding };

async function readBounded(path: string, options?: ReadOptions): Promise<Uint8Array | string> {
  const { size } = await stat(path);
  const most = path.endsWith('.pack') ? maxPackBytes : maxFileBytes;
  if (size > most)
    throw unreadableRepository(
      `\`${path}\` has ${size} bytes; at most ${most} are read`,
      'let the clone hold less: git clone --depth, or git repack -ad --max-pack-size=512m',
    );
  return readFile(path, options ?? {});
}

/** Where a quarantine would have a file of the repository's objects; undefined for every other file, and where there is none. */
function quarantinedPath({ git, quarantine }: ObjectFolders): (path: string) => string | undefined {
  const own = join(git, 'objects');
  return (path) => {
    const inner = relative(own, path);
    return quarantine === undefined || inner === '' || inner.startsWith('..') ? undefined : join(quarantine, inner);
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function refuse(path: string): Promise<never> {
  throw new TypeError(`\`${path}\` would be written, and a repository is only read`);
}
