import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Failure } from '@moby/model';
import { errorCode, fileFailure } from '../storage/file-error.ts';

/** bcrypt of any of its versions, with a cost of at least 8. */
const hashPattern = /^\$2[aby]\$(?:0[89]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}$/;
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const maxFileBytes = 16 << 20;

/** The users of an htpasswd file, as it stands now: who is taken out is out at once. */
export interface UsersFile {
  /**
   * A mark of a user's present password, which says nothing about it; undefined where there is no such user. A token holds
   * it, so that it ends with the password or the user.
   */
  markOf(name: string): string | undefined;
  readonly count: number;
}

/** Throws `invalid-input` where a line is no user with a bcrypt hash. A file that is missing has no users. */
export function openUsersFile(path: string): UsersFile {
  let users = new Map<string, string>();
  let seen = '';
  const read = (): ReadonlyMap<string, string> => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    const state = stats === undefined ? 'missing' : `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
    if (state !== seen) users = stats === undefined ? new Map<string, string>() : readUsers(path);
    seen = state;
    return users;
  };
  read();
  return {
    markOf: (name) => {
      const hash = current(read, users).get(name);
      return hash === undefined ? undefined : createHash('sha256').update(hash).digest('hex').slice(0, 16);
    },
    get count() {
      return current(read, users).size;
    },
  };
}

/** A file that somebody is in the middle of writing must not lock everybody out: the users before it stay until it can be read. */
function current(read: () => ReadonlyMap<string, string>, last: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  try {
    return read();
  } catch {
    return last;
  }
}

function readUsers(path: string): Map<string, string> {
  const users = new Map<string, string>();
  let text: string;
  try {
    if (statSync(path).size > maxFileBytes)
      throw new Failure({ code: 'limit', message: `\`${path}\` is larger than ${maxFileBytes} bytes` });
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return users;
    throw fileFailure(path, 'read', error);
  }
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [name = '', hash = ''] = line.split(':', 2).map((part) => part.trim());
    if (!namePattern.test(name) || !hashPattern.test(hash)) throw notAUser(path, at + 1);
    users.set(name, hash);
  }
  return users;
}

function notAUser(path: string, line: number): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `line ${line} of \`${path}\` is no user with a bcrypt hash`,
    hints: ['make it with Apache’s program: htpasswd -B -C 10 FILE NAME', 'or take the line out'],
  });
}
