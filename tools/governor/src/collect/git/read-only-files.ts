import { lstat, readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { PromiseFsClient } from 'isomorphic-git';
import { refuseLarge } from './bounded-file.ts';
import type { ObjectFolders } from './object-folders.ts';

/**
 * The files of a repository for isomorphic-git: they are read up to a size, and never written. It knows one folder of objects, so those of
 * a quarantine are shown to it as if they lay in that one.
 */
export function readOnlyFiles(folders: ObjectFolders): PromiseFsClient {
  const quarantined = quarantinedPath(folders);
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
      readFile: either(readBounded),
      readdir: async (path: string) => {
        const other = quarantined(path);
        return other === undefined ? readdir(path) : [...new Set([...(await namesIn(path)), ...(await namesIn(other))])];
      },
      stat: either(async (path: string) => stat(path)),
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

async function readBounded(path: string, options?: BufferEncoding | { encoding?: BufferEncoding }): Promise<Uint8Array | string> {
  refuseLarge(path, (await stat(path)).size);
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
