import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Role } from '../settings/registry-settings.ts';
import { readLines, usersIn, type UserLine } from '../users/user-lines.ts';

/** The users of an htpasswd file, as it stands now: who is taken out is out at once. */
export interface UsersFile {
  /**
   * A mark of a user's present password, which says nothing about it; undefined where there is no such user. A token holds
   * it, so that it ends with the password or the user.
   */
  markOf(name: string): string | undefined;
  /** As the file says it; undefined where it says none. */
  roleOf(name: string): Role | undefined;
  readonly count: number;
}

/** Throws `invalid-input` where a line is no user with a bcrypt hash. A file that is missing has no users. */
export function openUsersFile(path: string): UsersFile {
  let users: ReadonlyMap<string, UserLine> = new Map();
  let seen = '';
  const read = (): ReadonlyMap<string, UserLine> => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    const state = stats === undefined ? 'missing' : `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
    if (state !== seen) users = usersIn(readLines(path), path);
    seen = state;
    return users;
  };
  read();
  return {
    markOf: (name) => {
      const hash = current(read, users).get(name)?.hash;
      return hash === undefined ? undefined : createHash('sha256').update(hash).digest('hex').slice(0, 16);
    },
    roleOf: (name) => current(read, users).get(name)?.role,
    get count() {
      return current(read, users).size;
    },
  };
}

/** A file that somebody is in the middle of writing must not lock everybody out: the users before it stay until it can be read. */
function current(read: () => ReadonlyMap<string, UserLine>, last: ReadonlyMap<string, UserLine>): ReadonlyMap<string, UserLine> {
  try {
    return read();
  } catch {
    return last;
  }
}
