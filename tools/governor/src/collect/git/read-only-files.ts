import { lstat, readFile, readdir, readlink, stat } from 'node:fs/promises';
import type { PromiseFsClient } from 'isomorphic-git';
import { unreadableRepository } from './unreadable-repository.ts';

/** A pack is held in memory whole. */
const maxPackBytes = 1024 ** 3;
/** Everything else of a repository: an index of a pack, refs, one loose object as it is compressed. */
const maxFileBytes = 256 * 1024 ** 2;

/** The files of a repository for isomorphic-git: they are read up to a size, and never written. */
export function readOnlyFiles(): PromiseFsClient {
  return {
    promises: {
      readFile: readBounded,
      readdir,
      stat,
      lstat,
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
  const { size } = await stat(path);
  const most = path.endsWith('.pack') ? maxPackBytes : maxFileBytes;
  if (size > most)
    throw unreadableRepository(
      `\`${path}\` has ${size} bytes; at most ${most} are read`,
      'let the clone hold less: git clone --depth, or git repack -ad --max-pack-size=512m',
    );
  return readFile(path, options ?? {});
}

function refuse(path: string): Promise<never> {
  throw new TypeError(`\`${path}\` would be written, and a repository is only read`);
}
