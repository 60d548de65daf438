import { Failure } from '@moby/model';

/** `ENOENT` and the like; undefined where the value is no error of the system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT';
}

/** A full disk, a quota, or a limit of the process. */
const fullCodes: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'no-space']);
/** The system's word that a file can't be had now, which no request is to blame for. */
const fileCodes: ReadonlySet<string | undefined> = new Set([
  'EIO',
  'EROFS',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EBUSY',
  'io',
]);

export function isNoSpace(error: unknown): boolean {
  return fullCodes.has(errorCode(error));
}

export function isFileError(error: unknown): boolean {
  return fileCodes.has(errorCode(error));
}

/** What can't be done to a path of the storage, as a `Failure`: `no-space` for a full disk or quota, else `io`. */
export function fileFailure(path: string, done: 'read' | 'written', error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = errorCode(error);
  if (isNoSpace(error)) {
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
