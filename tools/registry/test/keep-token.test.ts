import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepToken } from '@moby/registry/publish';
import { readNpmSettings } from '@moby/registry/npm';
import { scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';

const url = 'https://components.example/';
const own = '//components.example/:_authToken=new';

test.each([
  ['none', undefined, `${own}\n`],
  ['an empty one', '', `${own}\n`],
  ['others', 'registry=https://r.example/\n# mine\n', `registry=https://r.example/\n# mine\n${own}\n`],
  ['no line break at its end', 'registry=https://r.example/', `registry=https://r.example/\n${own}\n`],
  ['line breaks of two bytes', 'a=b\r\n', `a=b\r\n${own}\r\n`],
  ['an old token', `a=b\n//components.example/:_authToken = old \n; c\n`, `a=b\n${own}\n; c\n`],
  ['an old token at its end', '//components.example/:_authToken=old', `${own}\n`],
  [
    'old tokens, of which the last counts',
    `//components.example/:_authToken=1\na=b\n//components.example/:_authToken=2\r\nc=d\n`,
    `a=b\n${own}\r\nc=d\n`,
  ],
  [
    'tokens for others, and what only looks like one',
    '//components.example/acme/:_authToken=x\n//components.example:_authToken=y\n#//components.example/:_authToken=z\n',
    `//components.example/acme/:_authToken=x\n//components.example:_authToken=y\n#//components.example/:_authToken=z\n${own}\n`,
  ],
  ['a section', 'a=b\n[later]\nc=d\n', `a=b\n${own}\n[later]\nc=d\n`],
  [
    'bytes of any encoding',
    Buffer.from([0x23, 0xff, 0xfe, 0x80, 0x0a]),
    Buffer.concat([Buffer.from([0x23, 0xff, 0xfe, 0x80, 0x0a]), Buffer.from(`${own}\n`)]),
  ],
])('a token goes into a file with %s', async (_, before, after) => {
  const file = join(scratchFolder(), '.npmrc');
  if (before !== undefined) writeFileSync(file, before, { mode: 0o644 });
  await keepToken(file, { url, token: 'new' });
  expect(readFileSync(file).equals(Buffer.from(after))).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(file, '..'))).toEqual(['.npmrc']);
  const settings = await readNpmSettings({ currentFolder: '/nowhere', homeFolder: join(file, '..'), environment: {} });
  expect(settings.credentials(new URL(`${url}@moby%2fredis`))).toEqual({ authorization: 'Bearer new' });
});

test('a port and a path are part of what it is for', async () => {
  const file = join(scratchFolder(), '.npmrc');
  await keepToken(file, { url: 'http://127.0.0.1:4873/npm', token: 'new' });
  expect(readFileSync(file, 'utf8')).toBe('//127.0.0.1:4873/npm/:_authToken=new\n');
});

test('a file that is a link stays one', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'dotfiles'));
  writeFileSync(join(folder, 'dotfiles/npmrc'), 'a=b\n');
  symlinkSync('dotfiles/npmrc', join(folder, '.npmrc'));
  await keepToken(join(folder, '.npmrc'), { url, token: 'new' });
  expect(lstatSync(join(folder, '.npmrc')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'dotfiles/npmrc'), 'utf8')).toBe(`a=b\n${own}\n`);
});

test('what can’t be read or is too long stays as it is', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, '.npmrc'));
  await expect(keepToken(join(folder, '.npmrc'), { url, token: 'new' })).rejects.toThrow("can't be read: EISDIR");
  const long = join(folder, 'long');
  writeFileSync(long, 'x'.repeat(300_000));
  chmodSync(long, 0o640);
  await expect(keepToken(long, { url, token: 'new' })).rejects.toThrow('has more than 262144 bytes');
  expect([readFileSync(long, 'utf8').length, statSync(long).mode & 0o777]).toEqual([300_000, 0o640]);
});
