import { readFileSync, statSync } from 'node:fs';
import { unreadableRepository } from './unreadable-repository.ts';

/** A pack is held in memory whole. */
const maxPackBytes = 1024 ** 3;
/** Everything else of a repository: an index of a pack, refs, one loose object as it is compressed. */
const maxFileBytes = 256 * 1024 ** 2;

/** A file of a repository, read up to a size. Throws `unreadable-repository` where it is larger, and what the disk says. */
export function readBoundedFile(path: string): Buffer {
  refuseLarge(path, statSync(path).size);
  return readFileSync(path);
}

/** Throws `unreadable-repository` for a file that is larger than is read. */
export function refuseLarge(path: string, size: number): void {
  const most = path.endsWith('.pack') ? maxPackBytes : maxFileBytes;
  if (size > most)
    throw unreadableRepository(
      `\`${path}\` has ${size} bytes; at most ${most} are read`,
      'let the clone hold less: git clone --depth, or git repack -ad --max-pack-size=512m',
    );
}
