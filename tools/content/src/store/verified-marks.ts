import { readFileSync, type BigIntStats } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TemporaryFiles } from './temporary-files.ts';

/**
 * Remembers that a blob's bytes had its digest, by what changes with every write to the file: device, inode, size and
 * time of modification. Hashing is the slowest thing that a warm run could do; a mark costs one small read.
 */
export interface VerifiedMarks {
  has(hex: string, stats: BigIntStats): boolean;
  set(hex: string, stats: BigIntStats): Promise<void>;
}

export function openVerifiedMarks(folder: string, temporary: TemporaryFiles): VerifiedMarks {
  const pathOf = (hex: string): string => join(folder, hex);
  return {
    has: (hex, stats) => {
      try {
        return readFileSync(pathOf(hex), 'latin1') === markOf(stats);
      } catch {
        return false;
      }
    },
    // Best effort: where a mark can't be written (a read-only store), the next reader hashes again.
    set: async (hex, stats) => {
      try {
        const path = pathOf(hex);
        const part = await temporary.next();
        await mkdir(dirname(path), { recursive: true });
        await writeFile(part, markOf(stats));
        await rename(part, path);
      } catch {
        return;
      }
    },
  };
}

function markOf(stats: BigIntStats): string {
  return `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}\n`;
}
