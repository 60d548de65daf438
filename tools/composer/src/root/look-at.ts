import { statSync, type Stats } from 'node:fs';
import { unreadable } from '@moby/model';

/** What stands at a path, links followed; undefined where nothing does. Throws `Failure` `io` where nobody can tell. */
export function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
