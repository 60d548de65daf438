import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure, formatBytes } from '@moby/model/basics';

export interface FailedWrite {
  readonly path: string;
  /** What was being written, as `a blob`. */
  readonly what: string;
  /** The whole size where it is known, else what had been written. */
  readonly sizeBytes: number;
  readonly isWhole: boolean;
}

/** Turns an error of the file system into a `Failure`: `no-space` for a full disk or quota, else `io`. */
export async function writeFailure(error: unknown, write: FailedWrite): Promise<Failure> {
  if (error instanceof Failure) return error;
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const free = await freeBytes(dirname(write.path));
    const size = write.isWhole ? formatBytes(write.sizeBytes) : `more than ${formatBytes(write.sizeBytes)}`;
    const rest = free === undefined ? '' : `, and ${formatBytes(free)} are free`;
    return new Failure({
      code: 'no-space',
      message: `no space left in \`${dirname(write.path)}\`: ${write.what} needs ${size}${rest}`,
      hints: ['free some space there, or set `XDG_CACHE_HOME` to a folder on another disk'],
      cause: error,
    });
  }
  return new Failure({
    code: 'io',
    message: `\`${write.path}\` can't be written: ${code ?? 'unknown error'}`,
    hints: ['look at the permissions of the folder, or set `XDG_CACHE_HOME` to a folder of your own'],
    cause: error,
  });
}

/** `ENOENT` and the like; undefined where the value is no error of the system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
