import { Failure } from '@moby/model';

/** `ENOENT` and the like; undefined where the value is no error of the system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT';
}

/** What can't be done to a path of the storage, as a `Failure`: `no-space` for a full disk or quota, else `io`. */
export function fileFailure(path: string, done: 'read' | 'written', error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure({
      code: 'no-space',
      message: `\`${path}\` can't be written: no space left`,
      hints: ['free some space there, or move the folder to a larger disk and name it with `--storage`'],
      cause: error,
    });
  }
  return new Failure({
    code: 'io',
    message: `\`${path}\` can't be ${done}: ${code ?? String(error)}`,
    hints: ['look at the permissions of the folder, or choose another one with `--storage`'],
    cause: error,
  });
}
