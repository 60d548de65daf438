import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { openPreparedAnswers } from '../src/reads/prepared-answers.ts';
import { RecentValues } from '../src/reads/recent-values.ts';
import { storageFolder, type StorageFolder } from '../src/storage/storage-folder.ts';

function stored(...names: readonly string[]): StorageFolder {
  const storage = storageFolder(scratchFolder());
  for (const name of names) store(storage, name);
  return storage;
}

function store({ packages }: StorageFolder, name: string, readme = ''): void {
  const folder = join(packages, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, versions: {}, readme }));
}

test('an answer is made once, compressed once, and made again when the document is another file', async () => {
  const storage = stored('@moby/a');
  const answers = openPreparedAnswers(storage, 1 << 20);
  let made = 0;
  const ask = () => answers.get('@moby/a', 'full', ({ document }) => ({ readme: document['readme'], made: (made += 1) }));
  const first = await ask();
  const body = await first?.plain();
  expect(JSON.parse(String(body))).toEqual({ readme: '', made: 1 });
  expect(gunzipSync((await first?.zipped()) ?? '')).toEqual(body);
  expect(await first?.zipped()).toBe(await first?.zipped());
  expect(await first?.plain()).toEqual(body);
  expect(await ask()).toBe(first);
  store(storage, '@moby/a', 'changed');
  const second = await ask();
  expect(JSON.parse(String(await second?.plain()))).toEqual({ readme: 'changed', made: 2 });
  expect(second?.etag).not.toBe(first?.etag);
});

test('without room for what it is made of, an answer is kept all the same', async () => {
  const storage = stored();
  for (const name of ['@moby/a', '@moby/b']) store(storage, name, 'x'.repeat(300_000));
  const answers = openPreparedAnswers(storage, 400);
  const ask = (name: string) => answers.get(name, 'full', () => ({ name }));
  const kept = await ask('@moby/a');
  await ask('@moby/b');
  expect(await ask('@moby/a')).toBe(kept);
});

test('an answer that was compressed takes no more room than that', async () => {
  const answers = openPreparedAnswers(stored('@moby/a', '@moby/b'), 4000);
  const ask = (name: string) => answers.get(name, 'full', () => ({ name, readme: 'x'.repeat(2000) }));
  const first = await ask('@moby/a');
  await first?.zipped();
  await ask('@moby/b');
  expect(await ask('@moby/a')).toBe(first);
  // Asked for as it is, it takes both.
  await first?.plain();
  await ask('@moby/b');
  expect(await ask('@moby/a')).not.toBe(first);
});

test('what is not there is looked for again, and nothing of it is kept', async () => {
  const answers = openPreparedAnswers(stored('@moby/a'), 1 << 20);
  const tries: string[] = [];
  const ask = () => answers.get('@moby/a', 'version 2.0.0', () => (tries.push('asked'), undefined));
  expect([await ask(), await ask(), tries.length]).toEqual([undefined, undefined, 2]);
  expect(await answers.get('@moby/none', 'full', () => ({}))).toBeUndefined();
});

test('of recent values those that were asked for longest ago go, as many as need to', () => {
  const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  const recent = new RecentValues<object>(100);
  recent.set('a', a, 40);
  recent.set('b', b, 40);
  expect(recent.get('a')).toBe(a);
  recent.set('c', c, 40);
  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([a, undefined, c]);
  recent.grow('a', a, 30);
  expect([recent.get('a'), recent.get('c')]).toEqual([undefined, c]);
  // It is no longer held, so it takes no room.
  recent.grow('a', a, 90);
  recent.drop('c', a);
  expect(recent.get('c')).toBe(c);
  recent.set('large', a, 101);
  expect([recent.get('large'), recent.get('c')]).toEqual([undefined, undefined]);
});
