import { readFileSync, statSync } from 'node:fs';
import { Failure } from '@moby/model';
import { roles, type Role } from '../settings/registry-settings.ts';
import { errorCode, fileFailure } from '../storage/file-error.ts';

/** A user as a line of the users file says: `carol:$2b$10$…:steward`. */
export interface UserLine {
  readonly name: string;
  /** bcrypt. */
  readonly hash: string;
  /** The third field; undefined where it is none of ours, as Apache's programs leave it. */
  readonly role: Role | undefined;
}

/** bcrypt of any of its versions, with a cost of at least 8. */
const hashPattern = /^\$2[aby]\$(?:0[89]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}$/;
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const maxFileBytes = 16 << 20;

export function isUserName(text: string): boolean {
  return namePattern.test(text);
}

/** The lines of a file in Apache's format, without their ends. One that is missing has none. Throws `limit`, `io`. */
export function readLines(path: string): readonly string[] {
  try {
    if (statSync(path).size > maxFileBytes)
      throw new Failure({ code: 'limit', message: `\`${path}\` is larger than ${maxFileBytes} bytes` });
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw fileFailure(path, 'read', error);
  }
}

/** The users by name; of two lines of one name the later counts. Throws `invalid-input` where a line is no user with a bcrypt hash. */
export function usersIn(lines: readonly string[], path: string): Map<string, UserLine> {
  const users = new Map<string, UserLine>();
  for (const [at, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [name = '', hash = '', third = ''] = line.split(':', 3).map((part) => part.trim());
    if (!isUserName(name) || !hashPattern.test(hash)) throw notAUser(path, at + 1);
    users.set(name, { name, hash, role: roles.find((role) => role === third) });
  }
  return users;
}

function notAUser(path: string, line: number): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `line ${line} of \`${path}\` is no user with a bcrypt hash`,
    hints: [
      'take the line out, and make the user: moby-compose registry user add NAME',
      'or with Apache’s program: htpasswd -B -C 10 FILE NAME',
    ],
  });
}
