import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Failure } from '@moby/model';
import { treeDigest } from '@moby/registry';
import { packComponent, packageFiles, publishDocument, readTarball } from '@moby/registry/pack';
import { checkout, expectGolden, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { npm } from './npm-client.ts';
import { writeBelow, writeComponent } from './write-component.ts';

const library = join(checkout, 'components');
const lines = readdirSync(library).flatMap((name) =>
  readdirSync(join(library, name), { withFileTypes: true }).flatMap((line) => (line.isDirectory() ? [`${name}/${line.name}`] : [])),
);

function hello(): string {
  const folder = scratchFolder();
  writeComponent(folder, { name: 'hello', upstream: '1.2.3', files: { 'usr/share/hello': 'hello\n', 'usr/bin/hello': '#!/bin/sh\n' } });
  return folder;
}

async function said(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`error[${error.code}]: ${error.message}`, ...error.hints.map((hint) => `  hint: ${hint}`)].join('\n');
  }
  return 'no failure';
}

test('every component of the library is packed as npm packs it', async () => {
  const packed: unknown = JSON.parse(await npm(['pack', '--dry-run', '--json', ...lines.map((line) => join(library, line))], checkout));
  const byNpm = new Map(
    Object.values(packed ?? []).map(({ id, files }) => [id, files.map(({ path }: { path: string }) => path).sort()] as const),
  );
  const ours = await Promise.all(lines.map((line) => packComponent(join(library, line), line)));
  for (const { manifest, npmVersion, files } of ours)
    expect(files.map(({ path }) => path).sort(), manifest.name).toEqual(byNpm.get(`${manifest.npmName}@${npmVersion}`));
  expect(byNpm.size).toBe(lines.length);
});

test('texts that npm packs of each package are packed, and nothing else beside the component', async () => {
  const folder = hello();
  const texts = ['README.md', 'LICENCE', 'license.txt', 'COPYING', 'Readme.de.md'];
  const others = ['readme~', 'license.txt~', 'notes.txt', 'LICENSES', 'test/hello.test.ts', '.npmrc', 'package-lock.json'];
  writeBelow(folder, Object.fromEntries([...texts, ...others, 'facts.json'].map((path) => [path, 'text\n'])));
  const listed: unknown = JSON.parse(await npm(['pack', '--dry-run', '--json', folder], folder));
  const byNpm: readonly string[] = Object.values(listed ?? []).flatMap(({ files }) => files.map(({ path }: { path: string }) => path));
  const ours = packageFiles(folder, 'hello').map(({ path }) => path);
  expect(ours.filter((path) => texts.includes(path)).sort()).toEqual([...texts].sort());
  expect(ours).toEqual([...byNpm].sort());
});

test('a package depends on its files alone, and its tar is written once for all', async () => {
  const folder = hello();
  const first = await packComponent(folder, 'hello');
  expect(first.tar).toBe('sha256:e9dd2c11ca6574b54d08ef8bf87f6439c5714b090d0545718628c927da6702fd');
  const other = scratchFolder();
  for (const path of ['files/usr/share/hello', 'files/usr/bin/hello', 'package.json'])
    writeBelow(other, { [path]: readFileSync(join(folder, path)) });
  chmodSync(join(other, 'files/usr/bin/hello'), 0o700);
  chmodSync(join(other, 'package.json'), 0o600);
  utimesSync(join(other, 'package.json'), 1, 1);
  writeBelow(other, { 'notes.txt': 'not published' });
  const second = await packComponent(other, 'other');
  expect(second).toMatchObject({ tar: first.tar, integrity: first.integrity, shasum: first.shasum });
  writeBelow(other, { 'files/usr/share/hello': 'hello!\n' });
  expect((await packComponent(other, 'other')).tar).not.toBe(first.tar);
});

test('below `files/`, what is refused is what npm leaves out', async () => {
  const names = [
    '.git',
    '.gitignore',
    '.npmignore',
    '.svn/x',
    '.hg',
    'CVS/Root',
    'cvs',
    '.npmrc',
    'npm-debug.log',
    '.x.swp',
    '.DS_Store',
    '._x',
  ];
  const kept = ['git', 'x.swp', 'node_modules/a', 'package-lock.json', 'package.json', 'orig', 'x.orig.txt', '.keep', 'README~', 'a b'];
  const folders = [...names, 'x.orig', 'a*b', '._d/x', '.DS_Store/x', ...kept].map((name) => {
    const folder = hello();
    writeBelow(folder, { [`files/etc/${name}`]: 'x' });
    return { name, folder };
  });
  const listed: unknown = JSON.parse(await npm(['pack', '--dry-run', '--json', ...folders.map(({ folder }) => folder)], checkout));
  const counts = Array.isArray(listed) ? listed.map(({ files }) => files.length === 4) : [];
  const packs = await Promise.all(folders.map(({ folder }) => said(() => packComponent(folder, 'hello'))));
  const ours = folders.map(({ name }, at) => `${name}: ${packs[at] === 'no failure'}`);
  expect(ours).toEqual(folders.map(({ name }, at) => `${name}: ${counts[at]}`));
  expect(ours.filter((line) => line.endsWith('true'))).toHaveLength(kept.length);
});

test('the bytes of a package come back through npm, and npm’s through this reader', async () => {
  const folder = hello();
  writeBelow(folder, { 'facts.json': '{}\n', 'files/usr/share/grüße': 'ü\n', [`files/${'long/'.repeat(40)}end`]: 'deep\n' });
  const packed = await packComponent(folder, 'hello');
  const user = scratchFolder();
  writeBelow(user, { 'hello.tgz': packed.tarball, 'package.json': '{}' });
  await npm(['install', '--offline', '--no-audit', './hello.tgz'], user);
  expect(treeDigest(join(user, 'node_modules/@moby/hello'))).toBe(treeDigest(folder));
  await npm(['pack', folder], user);
  const byNpm = await readTarball(readFileSync(join(user, 'moby-hello-1.2.301.tgz')), '@moby/hello');
  expect(byNpm).toEqual(packed.files.map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes) })));
  expect(await readTarball(packed.tarball, '@moby/hello')).toEqual(byNpm);
  expect(gunzipSync(packed.tarball).length % 512).toBe(0);
});

test('what npm’s client would leave out is refused with its place', async () => {
  const cases: Readonly<Record<string, (folder: string) => void>> = {
    'a name that is never packed': (folder) => writeBelow(folder, { 'files/etc/skel/.npmrc': '' }),
    'a folder that is never packed': (folder) => writeBelow(folder, { 'files/usr/CVS/Entries': '' }),
    'a backup': (folder) => writeBelow(folder, { 'files/etc/fstab.orig': '' }),
    'a star': (folder) => writeBelow(folder, { 'files/etc/a*b': '' }),
    'a control character': (folder) => writeBelow(folder, { 'files/etc/a\u001bb': '' }),
    'a long path': (folder) => writeBelow(folder, { [`files/${'long/'.repeat(48)}end`]: '' }),
    'a long name': (folder) => writeBelow(folder, { [`files/${'x'.repeat(101)}`]: '' }),
    'names that differ in case': (folder) => writeBelow(folder, { 'files/etc/Motd': '', 'files/etc/motd': '' }),
    'a link': (folder) => symlinkSync('hello', join(folder, 'files/usr/share/link')),
    'a link in place of the facts': (folder) => symlinkSync('package.json', join(folder, 'facts.json')),
    'symbols that `files` lacks': (folder) => writeBelow(folder, { 'symbols.json': '{}' }),
    'too many files': (folder) => {
      mkdirSync(join(folder, 'files/many'), { recursive: true });
      for (let i = 0; i < 2000; i += 1) writeFileSync(join(folder, `files/many/${i}`), '');
    },
    'too many bytes': (folder) => writeBelow(folder, { 'files/large': new Uint8Array(64 * 1024 * 1024) }),
    'a private package': (folder) => writeComponent(folder, { name: 'hello', upstream: '1.2.3', packageJson: { private: true } }),
    'no component': (folder) => writeBelow(folder, { 'package.json': '{ "name": "x", "version": "1.0.0" }' }),
  };
  const told: string[] = [];
  for (const [name, change] of Object.entries(cases)) {
    const folder = hello();
    change(folder);
    told.push(`# ${name}`, await said(() => packComponent(folder, 'components/hello/1.2')), '');
  }
  expectGolden('unpackable.txt', told.join('\n'));
});

test('a folder without a package.json is no component', async () => {
  expect(await said(() => packComponent(scratchFolder(), 'components/hello/1.2'))).toBe(
    'error[not-found]: there is no component in `components/hello/1.2`: it has no package.json',
  );
});

test('a version is published as npm’s client publishes it', async () => {
  const folder = hello();
  writeBelow(folder, { 'facts.json': '{}\n', 'README.md': '# hello\n' });
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += String(data)));
    request.on('end', () => {
      if (request.method === 'PUT') bodies.push(body);
      response.writeHead(request.method === 'PUT' ? 201 : 404).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const registry = `http://127.0.0.1:${address.port}/`;
  try {
    const token = `--//127.0.0.1:${address.port}/:_authToken=anything`;
    await npm(['publish', '--registry', registry, token, '--tag', 'next', folder], folder);
  } finally {
    server.close();
  }
  const theirs = comparable(JSON.parse(bodies[0] ?? '{}'));
  const ours = comparable(
    JSON.parse(JSON.stringify(publishDocument({ packed: await packComponent(folder, 'hello'), registry, tag: 'next' }))),
  );
  expect(ours).toEqual(theirs);
  expect(bodies).toHaveLength(1);
});

/** Without the bytes and their sums, and without what names the client. */
function comparable(document: Record<string, never>): unknown {
  return JSON.parse(JSON.stringify(document), (key, value: unknown) =>
    ['data', 'length', 'integrity', 'shasum', '_nodeVersion', '_npmVersion', 'gitHead'].includes(key) ? undefined : value,
  );
}
