import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@moby/governor/collect';
import { canonicalJson } from '@moby/model';
import { scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { collectLibrary } from '../../src/collect/library/collect-library.ts';
import { openLibraryIndex } from '../../src/collect/library/library-index.ts';
import { machine, part } from '../changes/small-library.ts';
import { rawRepository } from '../collect/raw-repository.ts';
import { laidOver } from '../pull-request.ts';

const base = laidOver({}, { ...machine, ...part({ name: 'tool' }) });
const other = part({ name: 'tool', version: '1.1.0', says: { provides: { 'api:tool': '1.1.0' } } });

/** What a review sees of a library in which `tool` is raised, and the oid of the base's folder of it. */
async function collected(cacheFolder: string | undefined): Promise<string> {
  const repository = rawRepository(scratchFolder());
  const tree = repository.files(base);
  const laid = new Map(Object.entries(laidOver({}, other)).map(([path, text]) => [path, { mode: '100644', oid: repository.blob(text) }]));
  const { objects } = openRepository(repository.folder);
  const { before, after } = await collectLibrary({ objects, base: tree, laid, cacheFolder });
  return canonicalJson([[...before.components], [...before.providers], [...after.components], [...after.providers]]);
}

test('an index that is there, damaged, cut, foreign or not to be written gives the same as none', async () => {
  const folder = scratchFolder();
  const file = join(folder, 'library-index.json');
  const expected = await collected(undefined);
  expect(await collected(folder)).toBe(expected);
  const text = readFileSync(file, 'utf8');
  expect(await collected(folder)).toBe(expected);
  const broken = [text.replace('1.21.0', '9.99.9'), text.slice(0, -10), text.replace('index 1 ', 'index 0 '), '', '[]', `${text}x`];
  for (const damaged of broken) {
    expect(damaged).not.toBe(text);
    writeFileSync(file, damaged);
    expect(await collected(folder)).toBe(expected);
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
  expect(readdirSync(folder)).toEqual(['library-index.json']);
  writeFileSync(join(folder, 'file'), '');
  expect(await collected(join(folder, 'file'))).toBe(expected);
  mkdirSync(join(folder, 'taken', 'library-index.json'), { recursive: true });
  expect(await collected(join(folder, 'taken'))).toBe(expected);
  expect(readdirSync(join(folder, 'taken'))).toEqual(['library-index.json']);
});

test('what was read once isn’t read again, and what nobody asks for any more goes first where there is no room', () => {
  const folder = scratchFolder();
  const lines = [{ line: '1' }];
  const first = openLibraryIndex(folder);
  for (let number = 0; number < 20_000; number += 1) first.add(`old-${number}`, { lines });
  first.keep();
  const second = openLibraryIndex(folder);
  expect(second.find('old-19999')).toEqual({ lines });
  second.add('new', { lines: [] });
  second.keep();
  const third = openLibraryIndex(folder);
  expect([third.find('new'), third.find('old-19999'), third.find('old-19998')]).toEqual([{ lines: [] }, { lines }, undefined]);
});
