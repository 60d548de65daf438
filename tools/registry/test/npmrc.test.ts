import { join } from 'node:path';
import { Failure } from '@moby/model';
import { readNpmSettings, type NpmSettings } from '@moby/registry/npm';
import { scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { writeBelow } from './write-component.ts';

async function settings(
  files: { readonly project?: string; readonly user?: string },
  environment: Readonly<Record<string, string>> = {},
): Promise<NpmSettings> {
  const folder = scratchFolder();
  if (files.project !== undefined) writeBelow(folder, { 'project/.npmrc': files.project });
  if (files.user !== undefined) writeBelow(folder, { 'home/.npmrc': files.user });
  return readNpmSettings({ currentFolder: join(folder, 'project'), homeFolder: join(folder, 'home'), environment });
}

function authorization(of: NpmSettings, url: string): string | undefined {
  return of.credentials(new URL(url))['authorization'];
}

function said(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return `error[${error.code}]: ${error.message}`;
    throw error;
  }
  return 'no failure';
}

test('a scope has one registry: what the project says comes before what the user says', async () => {
  const read = await settings({
    project: '@moby:registry=https://components.example/npm',
    user: '@moby:registry = https://other.example/\n@acme:registry = "http://acme.example:4873/"\nregistry=https://mirror.example/\n',
  });
  expect(Object.fromEntries(read.scopes)).toEqual({
    '@acme': 'http://acme.example:4873/',
    '@moby': 'https://components.example/npm/',
  });
});

test('`registry=` alone names no registry of components: it is where npm’s own packages come from', async () => {
  expect((await settings({ project: 'registry=https://mirror.example/', user: 'registry=https://mirror.example/' })).scopes).toEqual(
    new Map(),
  );
});

test('without a file there is nothing', async () => {
  const read = await settings({});
  expect(read.scopes).toEqual(new Map());
  expect(read.credentials(new URL('https://components.example/'))).toEqual({});
});

test('a token is told to the host and below the path that it was given for, and nowhere else', async () => {
  const read = await settings({
    user: [
      '; a comment',
      '# another',
      '//components.example/:_authToken=whole ; of the host',
      '//components.example/npm/private/:_authToken = "nearer"',
      '//127.0.0.1:4873/:_authToken=local',
      '//basic.example/:_auth=bWU6aGlkZGVu',
      '//named.example/:username=me',
      `//named.example/:_password=${Buffer.from('hidden').toString('base64')}`,
      '//half.example/:username=me',
      '//bare.example:_authToken=bare',
      '_authToken=nobody',
      '[section]',
      'always-auth=true',
      'list[] = 1',
    ].join('\r\n'),
  });
  const told = (url: string): string | undefined => authorization(read, url);
  expect(told('https://components.example/@moby/redis')).toBe('Bearer whole');
  expect(told('https://components.example/npm/privateer')).toBe('Bearer whole');
  expect(told('https://components.example/npm/private')).toBe('Bearer nearer');
  expect(told('https://components.example/npm/private/@moby/redis')).toBe('Bearer nearer');
  expect(told('https://components.example/npm/private/../x')).toBe('Bearer whole');
  expect(told('http://127.0.0.1:4873/@moby/redis')).toBe('Bearer local');
  expect(told('https://basic.example/')).toBe('Basic bWU6aGlkZGVu');
  expect(told('https://named.example/')).toBe(`Basic ${Buffer.from('me:hidden').toString('base64')}`);
  expect(told('https://bare.example/@moby/redis')).toBe('Bearer bare');
  for (const url of [
    'https://half.example/',
    'http://127.0.0.1/',
    'http://127.0.0.1:48730/',
    'https://components.example:8443/',
    'https://components.example.evil.example/',
    'https://evil.example/components.example/',
    'https://evil.example/?//components.example/',
    'https://components.example@evil.example/',
    'https://sub.components.example/',
    'file://components.example/x',
  ])
    expect(told(url), url).toBeUndefined();
});

test('variables are put into the user’s file, and an unset one is told of where it is needed', async () => {
  const read = await settings(
    { user: '//a.example/:_authToken=${TOKEN}\n//b.example/:_authToken=x${MISSING}\n//c.example/:_authToken=c${MISSING?}\n' },
    { TOKEN: 'secret' },
  );
  expect(authorization(read, 'https://a.example/')).toBe('Bearer secret');
  expect(authorization(read, 'https://c.example/')).toBe('Bearer c');
  expect(said(() => authorization(read, 'https://b.example/'))).toBe(
    'error[usage]: `~/.npmrc:2` names the variable `MISSING`, which is not set',
  );
});

test('a project’s file can’t have a variable of the user sent anywhere', async () => {
  const read = await settings(
    { project: '@moby:registry=https://evil.example/\n//evil.example/:_authToken=${TOKEN}\n' },
    { TOKEN: 'secret' },
  );
  expect(said(() => authorization(read, 'https://evil.example/'))).toBe(
    'error[usage]: `.npmrc:2` names the variable `TOKEN`, which is read in your own ~/.npmrc only',
  );
});

test('what is no address, or can’t be sent, is told of with its place and without its value', async () => {
  await expect(settings({ project: '\n@moby:registry=components\n' })).rejects.toMatchObject({
    code: 'usage',
    message: '`components` of `.npmrc:2` is no address of a registry',
  });
  const read = await settings({ user: '//a.example/:_authToken=se cret\n//b.example/:_authToken=\n' });
  expect(said(() => authorization(read, 'https://a.example/'))).toBe('error[usage]: `~/.npmrc:1` has a value that can’t be sent');
  expect(said(() => authorization(read, 'https://b.example/'))).toBe('error[usage]: `~/.npmrc:2` has a value that can’t be sent');
});

test('the user’s file may lie elsewhere, and has a bound', async () => {
  const folder = scratchFolder();
  writeBelow(folder, { 'config/npmrc': '@moby:registry=https://components.example/\n', '.npmrc': 'x'.repeat(300_000) });
  const environment = { NPM_CONFIG_USERCONFIG: join(folder, 'config/npmrc') };
  const read = await readNpmSettings({ currentFolder: join(folder, 'nothing'), homeFolder: folder, environment });
  expect([...read.scopes.keys()]).toEqual(['@moby']);
  await expect(readNpmSettings({ currentFolder: folder, homeFolder: folder, environment: {} })).rejects.toMatchObject({
    code: 'limit',
    message: '`.npmrc` has 300000 bytes; at most 262144 are read',
  });
});
