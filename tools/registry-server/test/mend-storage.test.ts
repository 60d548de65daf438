import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { hashBytes } from '../src/storage/hash-file.ts';
import { checkStorage, openStorage } from '../src/storage/open-storage.ts';
import { readStoredPackage } from '../src/storage/stored-package.ts';
import { addVersion } from '../src/storage/write-package.ts';

const now = (): Date => new Date('2026-01-01T00:00:00Z');
const name = '@moby/a';
let root: string;
let folder: string;

/** A storage with `@moby/a` 1.0.0 and 1.1.0. */
beforeEach(async () => {
  root = scratchFolder();
  folder = join(root, 'packages', name);
  await publish('1.0.0');
  await publish('1.1.0');
});

async function publish(version: string): Promise<void> {
  const storage = await openStorage(root, { now });
  const tarball = Buffer.from(`bytes of ${version}`);
  const store = { storage: storage.folder, journal: storage.journal, keys: storage.keys, now };
  const before = await readStoredPackage(storage.folder, name);
  const document = { name, version, description: 'a component' };
  await addVersion(store, before, {
    name,
    version,
    document,
    readme: '',
    payload: 'unproven',
    tarball,
    tags: { next: version },
    by: 'carol',
    ...hashBytes(tarball),
  });
  await storage.close();
}

/** What a look finds, then what a repair finds, then what is left to find. */
async function found(): Promise<readonly (readonly string[])[]> {
  const before = everything();
  const look = await checkStorage(root, { repair: false, now });
  expect(everything()).toEqual(before);
  const repair = await checkStorage(root, { repair: true, now });
  const after = await checkStorage(root, { repair: false, now });
  expect(look.findings.map(({ kind, path }) => `${kind} ${path}`)).toEqual(repair.findings.map(({ kind, path }) => `${kind} ${path}`));
  return [look, repair, after].map(({ findings }) =>
    findings.map(({ kind, path, remedy, isMended }) => `${kind} ${path} ${remedy ?? 'lost'} ${isMended}`),
  );
}

function everything(): Readonly<Record<string, string>> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]));
}

test('a storage in order has nothing to find, and is what Verdaccio reads', async () => {
  expect(await checkStorage(root, { repair: false, now })).toEqual({ findings: [], packages: 1, versions: 2 });
  const { versions, time, _attachments: attachments, 'dist-tags': tags } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  expect([Object.keys(versions), Object.keys(time), Object.keys(attachments), tags]).toEqual([
    ['1.0.0', '1.1.0'],
    ['created', 'modified', '1.0.0', '1.1.0'],
    ['a-1.0.0.tgz', 'a-1.1.0.tgz'],
    { next: '1.1.0' },
  ]);
});

test('what processes that are gone left is removed', async () => {
  for (const file of ['package.json.lock', 'package.json.tmp123', 'a-1.2.0.tgz.tmp-0123456789abcdef'])
    writeFileSync(join(folder, file), 'x');
  writeFileSync(join(root, 'secret.tmp-0123456789abcdef'), 'x');
  mkdirSync(join(root, 'packages/@moby/empty'));
  expect(await found()).toEqual([
    [
      'leftover packages/@moby/a/a-1.2.0.tgz.tmp-0123456789abcdef removed false',
      'stale-lock packages/@moby/a/package.json.lock removed false',
      'leftover packages/@moby/a/package.json.tmp123 removed false',
      'empty-folder packages/@moby/empty removed false',
      'leftover secret.tmp-0123456789abcdef removed false',
    ],
    [
      'leftover packages/@moby/a/a-1.2.0.tgz.tmp-0123456789abcdef removed true',
      'stale-lock packages/@moby/a/package.json.lock removed true',
      'leftover packages/@moby/a/package.json.tmp123 removed true',
      'empty-folder packages/@moby/empty removed true',
      'leftover secret.tmp-0123456789abcdef removed true',
    ],
    [],
  ]);
});

test('a tarball that no version has is set aside, with its bytes', async () => {
  writeFileSync(join(folder, 'a-9.0.0.tgz'), 'orphan');
  expect((await found())[1]).toEqual(['orphan-tarball packages/@moby/a/a-9.0.0.tgz set aside true']);
  const [aside] = readdirSync(join(root, 'set-aside'));
  expect(readFileSync(join(root, 'set-aside', aside ?? ''), 'utf8')).toBe('orphan');
});

test('a publish that a crash cut off before the journal’s line never was', async () => {
  await publish('1.2.0');
  const line = readFileSync(join(root, 'published.jsonl'), 'utf8').trimEnd().split('\n');
  writeFileSync(join(root, 'published.jsonl'), `${line.slice(0, 2).join('\n')}\n`);
  renameSync(join(folder, 'package.json'), join(folder, 'package.json.next'));
  const document = JSON.parse(readFileSync(join(folder, 'package.json.next'), 'utf8'));
  const { '1.2.0': _, ...versions } = document.versions;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...document, versions }));
  expect((await found()).slice(1)).toEqual([
    ['half-published packages/@moby/a/package.json.next removed true', 'orphan-tarball packages/@moby/a/a-1.2.0.tgz set aside true'],
    [],
  ]);
});

test('a publish that a crash cut off after the journal’s line is finished, also the first of its name', async () => {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  renameSync(join(folder, 'package.json'), join(folder, 'package.json.next'));
  expect((await found()).slice(1)).toEqual([['half-published packages/@moby/a/package.json.next finished true'], []]);
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe(text);
});

test('a change of tags that a crash cut off never was', async () => {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  writeFileSync(join(folder, 'package.json.next'), text.replace('"next":"1.1.0"', '"next":"1.0.0"'));
  expect((await found())[1]).toEqual(['half-published packages/@moby/a/package.json.next removed true']);
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe(text);
});

test('an empty document of a name that nobody published goes', async () => {
  mkdirSync(join(root, 'packages/@moby/b'));
  writeFileSync(join(root, 'packages/@moby/b/package.json'), '');
  expect((await found()).slice(1)).toEqual([
    ['empty-metadata packages/@moby/b/package.json removed true', 'empty-folder packages/@moby/b removed true'],
    [],
  ]);
});

test('versions that stock Verdaccio wrote are frozen from now on', async () => {
  writeFileSync(join(root, 'published.jsonl'), '');
  expect((await found()).slice(1)).toEqual([
    ['unrecorded-version packages/@moby/a/package.json recorded true', 'unrecorded-version packages/@moby/a/package.json recorded true'],
    [],
  ]);
});

test.each([
  ['one byte of a tarball', () => writeFileSync(join(folder, 'a-1.0.0.tgz'), 'bytes of 1.0.1'), 'wrong-bytes packages/@moby/a/a-1.0.0.tgz'],
  ['a tarball', () => rmSync(join(folder, 'a-1.1.0.tgz')), 'missing-tarball packages/@moby/a/a-1.1.0.tgz'],
  [
    'half of a document',
    () => writeFileSync(join(folder, 'package.json'), '{"name": "@moby/a", "ver'),
    'damaged-metadata packages/@moby/a/package.json',
  ],
  [
    'another document',
    () => writeFileSync(join(folder, 'package.json'), '{"name": "@moby/b"}'),
    'damaged-metadata packages/@moby/a/package.json',
  ],
  ['a document', () => rmSync(join(folder, 'package.json')), 'missing-version packages/@moby/a/package.json'],
  ['a folder', () => rmSync(folder, { recursive: true }), 'missing-version packages/@moby/a'],
  [
    'an integrity',
    () =>
      writeFileSync(
        join(folder, 'package.json'),
        readFileSync(join(folder, 'package.json'), 'utf8').replace(/sha512-.{5}/, 'sha512-AAAAA'),
      ),
    'wrong-bytes packages/@moby/a/package.json',
  ],
  [
    'a version',
    () => {
      const document = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...document, versions: { '1.0.0': document.versions['1.0.0'] } }));
    },
    'missing-version packages/@moby/a/package.json',
  ],
])('%s that a disk lost is named, and nothing is made up for it', async (_, lose, expected) => {
  lose();
  expect(await found()).toEqual(Array.from({ length: 3 }, () => [`${expected} lost false`]));
});

test('an empty document of what was published is set aside, and its loss is named', async () => {
  writeFileSync(join(folder, 'package.json'), '');
  expect((await found()).slice(1)).toEqual([
    ['missing-version packages/@moby/a/package.json lost false', 'empty-metadata packages/@moby/a/package.json set aside true'],
    ['missing-version packages/@moby/a/package.json lost false'],
  ]);
});

test('Verdaccio’s list, which it writes in place, is made again from the folders', async () => {
  const list = join(root, 'packages/.verdaccio-db.json');
  const secret = readFileSync(join(root, 'secret'), 'utf8').trim();
  for (const text of ['', '{"list":["@mo', '{"list":[],"secret":""}']) {
    writeFileSync(list, text);
    const storage = await openStorage(root, { now });
    await storage.close();
    expect(JSON.parse(readFileSync(list, 'utf8'))).toEqual({ list: [name], secret });
  }
});

test('a start does the same, without reading every byte', async () => {
  writeFileSync(join(folder, 'package.json.lock'), '');
  writeFileSync(join(folder, 'a-9.0.0.tgz'), 'orphan');
  const storage = await openStorage(root, { now });
  await storage.close();
  expect(storage.state.findings.map(({ kind, isMended }) => [kind, isMended])).toEqual([
    ['stale-lock', true],
    ['orphan-tarball', true],
  ]);
  expect(existsSync(join(folder, 'a-1.0.0.tgz'))).toBe(true);
});
