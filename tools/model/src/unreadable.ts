import { Failure } from './failure.ts';

interface Reason {
  readonly why: string;
  readonly hint: string;
}

const denied: Reason = { why: 'permission denied', hint: 'look at the permissions of it, and of the folders above it' };

/** Errors of the system that people meet (errno(3)). */
const reasons: ReadonlyMap<string, Reason> = new Map([
  ['EACCES', denied],
  ['EPERM', denied],
  ['ELOOP', { why: 'its symbolic links lead round in a circle', hint: 'look where they lead: ls -l' }],
  ['EISDIR', { why: 'it is a folder', hint: 'name a file in it' }],
  ['ENAMETOOLONG', { why: 'the name is too long', hint: 'a name has at most 255 bytes, and a path 4095' }],
  ['EIO', { why: 'the disk gave an error', hint: 'look at what the kernel says of the disk: dmesg' }],
]);

/** A file or folder that is there, as far as one can tell, and can't be read: `io`, with why and what to do. */
export function unreadable(path: string, cause: unknown): Failure {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const { why, hint } = reasons.get(code) ?? { why: code, hint: 'try again, or look at the disk that it lies on' };
  return new Failure({ code: 'io', message: `\`${path}\` can't be read: ${why}`, hints: [hint], cause });
}
