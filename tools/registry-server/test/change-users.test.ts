import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { openUsersFile } from '../src/gate/users-file.ts';
import { addUser, changePassword, changeRole, listUsers, removeUser } from '../src/index.ts';

const password = 'a long secret';
const carol = '$2a$08$.ZQNkZ0Pl5IQChWxnx1JZOmDFyDZtx9YlOXqblh6EyI6MgxAGC1y.';

test('users are added side by side, and none is lost', async () => {
  const root = join(scratchFolder(), 'new');
  const names = ['ann', 'ben', 'cem', 'dan'];
  await Promise.all(names.map((name) => addUser(root, { name, role: 'bot', password })));
  expect(listUsers(root)).toEqual(names.map((name) => ({ name, role: 'bot' })));
  const file = join(root, 'htpasswd');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) expect(line).toMatch(/^[a-z]+:\$2[ab]\$10\$[./A-Za-z0-9]{53}:bot$/);
});

test('one line is changed, and the others stay as they are', async () => {
  const root = scratchFolder();
  const file = join(root, 'htpasswd');
  writeFileSync(file, `# ours\r\ncarol:${carol}:autocreated 2024\nmike:${carol}\n`);
  chmodSync(file, 0o640);
  const users = openUsersFile(file);
  const before = users.markOf('carol');
  expect([before === undefined, users.roleOf('carol'), users.roleOf('mike')]).toEqual([false, undefined, undefined]);
  await changeRole(root, { name: 'carol', role: 'steward' });
  expect(readFileSync(file, 'utf8')).toBe(`# ours\ncarol:${carol}:steward\nmike:${carol}\n`);
  expect([users.markOf('carol'), users.roleOf('carol'), statSync(file).mode & 0o777]).toEqual([before, 'steward', 0o640]);
  await changePassword(root, { name: 'carol', password });
  expect(users.markOf('carol')).not.toBe(before);
  expect(users.roleOf('carol')).toBe('steward');
  await removeUser(root, 'carol');
  expect(readFileSync(file, 'utf8')).toBe(`# ours\nmike:${carol}\n`);
  expect(users.markOf('carol')).toBeUndefined();
});

test.each([
  ['usage', 'carol:x', password],
  ['usage', '', password],
  ['usage', 'carol', ''],
  ['usage', 'carol', 'seven a'],
  ['usage', 'carol', 'two\nlines here'],
  ['usage', 'carol', 'ü'.repeat(37)],
  ['invalid-input', 'mike', password],
  ['invalid-input', 'Mike', password],
])('%s: no user %o with the password %o', async (code, name, text) => {
  const root = scratchFolder();
  writeFileSync(join(root, 'htpasswd'), `mike:${carol}\n`);
  await expect(addUser(root, { name, role: 'contributor', password: text })).rejects.toMatchObject({ code });
  expect(listUsers(root)).toEqual([{ name: 'mike', role: 'contributor' }]);
});

test('who is not there is not changed, and the nearest name is said', async () => {
  const root = scratchFolder();
  await expect(removeUser(root, 'carol')).rejects.toMatchObject({ code: 'not-found', hints: [expect.stringContaining('--storage')] });
  writeFileSync(join(root, 'htpasswd'), `mike:${carol}\n`);
  const hints = expect.arrayContaining(['did you mean `mike`?']);
  await expect(changeRole(root, { name: 'mikel', role: 'bot' })).rejects.toMatchObject({ code: 'not-found', hints });
  await expect(changePassword(root, { name: 'mikel', password })).rejects.toMatchObject({ code: 'not-found', hints });
});

test('a file that somebody wrote half of is named with its line, and stays', async () => {
  const root = scratchFolder();
  const text = `mike:${carol}\ncarol:{SHA}abc\n`;
  writeFileSync(join(root, 'htpasswd'), text);
  const message = `line 2 of \`${root}/htpasswd\` is no user with a bcrypt hash`;
  expect(() => listUsers(root)).toThrow(message);
  await expect(addUser(root, { name: 'ann', role: 'bot', password })).rejects.toMatchObject({ code: 'invalid-input', message });
  expect(readFileSync(join(root, 'htpasswd'), 'utf8')).toBe(text);
});
