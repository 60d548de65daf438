import { lstat, mkdir, readFile, readdir, readlink, rename, rm, rmdir, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeObject, type PromiseFsClient } from 'isomorphic-git';
import { Failure } from '@moby/model';

/** Writes an object of a repository; gives its oid. Throws `io`, `no-space`. */
export type WriteObject = (type: 'blob' | 'tree' | 'commit', bytes: Uint8Array) => Promise<string>;

/** `git`: where the repository keeps its data. */
export function openObjectWriter(git: string): WriteObject {
  const fs = wholeFiles();
  return async (type, object) => {
    try {
      return await writeObject({ fs, gitdir: git, type, object, format: 'content' });
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
      throw new Failure({
        code: code === 'ENOSPC' ? 'no-space' : 'io',
        message: `an object can't be written into \`${git}\`: ${code}`,
        cause,
      });
    }
  };
}

/** Files for isomorphic-git that are there whole or not at all: an object that ends in the middle would be one that git calls corrupt. */
function wholeFiles(): PromiseFsClient {
  return { promises: { readFile, readdir, stat, lstat, readlink, unlink, mkdir, rmdir, symlink, writeFile: writeWhole } };
}

async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `tmp_obj_${process.pid}`);
  try {
    await writeFile(temporary, data, { flush: true, mode: 0o444 });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
