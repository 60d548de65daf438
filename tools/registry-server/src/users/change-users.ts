import { chown, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure, nearest } from '@moby/model';
import type { Role } from '../settings/registry-settings.ts';
import { makeFolder, syncFolder, temporaryName, writeSynced } from '../storage/durable-files.ts';
import { fileFailure, isMissing } from '../storage/file-error.ts';
import { storageFolder } from '../storage/storage-folder.ts';
import { withLock } from '../storage/with-lock.ts';
import { hashPassword } from './hash-password.ts';
import { isUserName, readLines, usersIn, type UserLine } from './user-lines.ts';

/** A user of a registry. */
export interface RegistryUser {
  readonly name: string;
  readonly role: Role;
}

export interface NewUser extends RegistryUser {
  readonly password: string;
}

/** bcrypt looks at no more. */
const maxPasswordBytes = 72;
const minPasswordLength = 8;

/** The users of a registry's folder, by name. Throws `invalid-input`, `limit`, `io`. */
export function listUsers(root: string): readonly RegistryUser[] {
  const { users: path } = storageFolder(root);
  return [...usersIn(readLines(path), path).values()].map(userOf).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Adds a user; a server that runs takes it up with its next request. Throws `usage`, `invalid-input`, `limit`, `no-space`, `io`. */
export async function addUser(root: string, { name, role, password }: NewUser): Promise<void> {
  judgeName(name);
  judgePassword(password);
  await reading(root, (users) => judgeNew(name, users));
  // Before the file is taken: what takes long must not keep others from it.
  const hash = await hashPassword(password);
  await changing(root, (lines, users) => {
    judgeNew(name, users);
    return [...lines, `${name}:${hash}:${role}`];
  });
}

/** Gives a user a new password: its tokens end. Throws what `addUser` throws, and `not-found`. */
export async function changePassword(root: string, { name, password }: Omit<NewUser, 'role'>): Promise<void> {
  judgePassword(password);
  await reading(root, (users) => known(name, users));
  const hash = await hashPassword(password);
  await changing(root, (lines, users) => replaced(lines, { ...known(name, users), hash }));
}

/** Throws `not-found`, and what reading and writing throw. */
export async function changeRole(root: string, { name, role }: RegistryUser): Promise<void> {
  await changing(root, (lines, users) => replaced(lines, { ...known(name, users), role }));
}

/** Takes a user out: its tokens are no longer good. Throws `not-found`, and what reading and writing throw. */
export async function removeUser(root: string, name: string): Promise<void> {
  await changing(root, (lines, users) => {
    known(name, users);
    return lines.filter((line) => nameOf(line) !== name);
  });
}

/** Throws `usage` where a text can't be a password here. */
export function judgePassword(password: string): void {
  const bytes = Buffer.byteLength(password);
  const why =
    password === ''
      ? 'the password is empty'
      : /[\u0000-\u001f\u007f]/.test(password)
        ? 'the password has a line break or another control character, which nobody can type at a login'
        : password.length < minPasswordLength
          ? `the password has ${password.length} characters; it needs ${minPasswordLength}`
          : bytes > maxPasswordBytes
            ? `the password has ${bytes} bytes, and bcrypt looks at ${maxPasswordBytes}`
            : undefined;
  if (why !== undefined) throw new Failure({ code: 'usage', message: why, hints: ['choose another one'] });
}

/** Throws `usage` where a text is no user's name. */
export function judgeName(name: string): void {
  if (isUserName(name)) return;
  throw new Failure({
    code: 'usage',
    message: `\`${name.slice(0, 64)}\` is no user's name: a letter or digit first, then letters, digits, \`.\`, \`_\`, \`-\`, at most 64`,
    hints: ['registry user add carol'],
  });
}

function judgeNew(name: string, users: ReadonlyMap<string, UserLine>): void {
  if (users.has(name))
    throw new Failure({
      code: 'invalid-input',
      message: `there is a user \`${name}\` already`,
      hints: [`a new password: moby-compose registry user password ${name}`, `another role: moby-compose registry user role ${name} ROLE`],
    });
  const twin = [...users.keys()].find((each) => each.toLowerCase() === name.toLowerCase());
  if (twin !== undefined)
    throw new Failure({
      code: 'invalid-input',
      message: `\`${name}\` differs from the user \`${twin}\` in capitals alone: people would take one for the other`,
      hints: ['choose another name'],
    });
}

function known(name: string, users: ReadonlyMap<string, UserLine>): UserLine {
  const user = users.get(name);
  if (user !== undefined) return user;
  const meant = nearest(name, [...users.keys()]);
  throw new Failure({
    code: 'not-found',
    message: `there is no user \`${name.slice(0, 64)}\``,
    hints: [
      ...(meant === undefined ? [] : [`did you mean \`${meant}\`?`]),
      users.size === 0 ? 'there are none in this folder: name another with --storage DIR' : 'all of them: moby-compose registry user list',
    ],
  });
}

function userOf({ name, role = 'contributor' }: UserLine): RegistryUser {
  return { name, role };
}

function nameOf(line: string): string | undefined {
  return line.startsWith('#') ? undefined : line.split(':', 1)[0]?.trim();
}

/** Where the last of its lines stood; lines of others stay as they are. */
function replaced(lines: readonly string[], { name, hash, role = 'contributor' }: UserLine): readonly string[] {
  const last = lines.findLastIndex((line) => nameOf(line) === name);
  return lines.flatMap((line, at) => (at === last ? [`${name}:${hash}:${role}`] : nameOf(line) === name ? [] : [line]));
}

type Change = (lines: readonly string[], users: ReadonlyMap<string, UserLine>) => readonly string[];

async function reading(root: string, look: (users: ReadonlyMap<string, UserLine>) => unknown): Promise<void> {
  const { users: path } = storageFolder(root);
  look(usersIn(readLines(path), path));
}

/** One after another, and in one step: whoever reads the file finds the old one or the new one. */
async function changing(root: string, change: Change): Promise<void> {
  const { users } = storageFolder(root);
  await makeFolder(root).catch((error: unknown) => Promise.reject(fileFailure(root, 'written', error)));
  await withLock({ path: users, waits: true }, async () => {
    const lines = readLines(users);
    const kept = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
    const text = change(kept, usersIn(kept, users)).map((line) => `${line}\n`);
    await replaceAsOwner(users, text.join('')).catch((error: unknown) => Promise.reject(fileFailure(users, 'written', error)));
  });
}

/** A file that is a link stays one; the new one belongs to whom the old one did, else to whom the folder does: root must not lock the server out. */
async function replaceAsOwner(file: string, text: string): Promise<void> {
  const path = await realpath(file).catch((error: unknown) => {
    if (isMissing(error)) return file;
    throw error;
  });
  const before = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  const { uid, gid } = before ?? (await stat(dirname(path)));
  const temporary = temporaryName(path);
  try {
    await writeSynced(temporary, text, before === undefined ? 0o600 : before.mode & 0o777);
    if (process.getuid?.() === 0) await chown(temporary, uid, gid);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
}
