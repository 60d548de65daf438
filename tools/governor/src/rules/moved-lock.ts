import type { ChangeSubject } from '../review/change-subject.ts';

/** A lock that is written anew because of what the components have become. A new one belongs to a new assembly. */
export function isMovedLock({ diff }: ChangeSubject, path: string): boolean {
  return (
    /^assemblies\/[^/]+\/assembly\.lock\.json$/.test(path) && diff.changes.some((one) => one.path === path && one.status === 'modified')
  );
}
