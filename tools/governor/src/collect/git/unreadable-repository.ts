import { Failure } from '@moby/model';

/** Nothing can be said of a repository that can't be read: the author of a change isn't at fault. */
export function unreadableRepository(message: string, hint: string, cause?: unknown): Failure {
  return new Failure({ code: 'unreadable-repository', message, hints: [hint], ...(cause === undefined ? {} : { cause }) });
}

export const cloneAgain = 'clone it once more, whole: git clone --no-local';

export function corruptObject(oid: string, cause?: unknown): Failure {
  return unreadableRepository(`object ${oid} is corrupt`, `git fsck tells more; ${cloneAgain}`, cause);
}
