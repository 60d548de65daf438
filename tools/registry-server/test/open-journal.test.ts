import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { openJournal, type Publication } from '../src/storage/open-journal.ts';

const publication = (version: string, integrity = `sha512-${version}`): Publication => ({
  name: '@moby/a',
  version,
  integrity,
  at: '2026-01-01T00:00:00.000Z',
  by: 'carol',
});

test('remembers what was appended, also what was appended at once', async () => {
  const path = join(scratchFolder(), 'published.jsonl');
  const journal = await openJournal(path);
  const versions = Array.from({ length: 50 }, (_, i) => `1.0.${i}`);
  await Promise.all(versions.map((version) => journal.append(publication(version))));
  await journal.close();
  const again = await openJournal(path);
  expect([again.size, again.tornBytes, again.integrityOf('@moby/a', '1.0.7'), again.integrityOf('@moby/a', '2.0.0')]).toEqual([
    50,
    0,
    'sha512-1.0.7',
    undefined,
  ]);
  expect([...again.names()]).toEqual(['@moby/a']);
  await again.close();
});

test.each([1, 2, 10, 29])('takes away a last line that a crash cut off after %i bytes', async (bytes) => {
  const path = join(scratchFolder(), 'published.jsonl');
  const whole = `${JSON.stringify(publication('1.0.0'))}\n`;
  writeFileSync(path, whole + '{"name":"@moby/a","version":"9'.slice(0, bytes));
  const look = await openJournal(path, { readOnly: true });
  expect(look.tornBytes).toBe(bytes);
  await look.close();
  const journal = await openJournal(path);
  expect([journal.size, journal.tornBytes]).toEqual([1, bytes]);
  await journal.append(publication('1.0.1'));
  await journal.close();
  expect(readFileSync(path, 'utf8')).toBe(`${whole}${JSON.stringify(publication('1.0.1'))}\n`);
});

test('says which line can’t be read, rather than guess what was published', async () => {
  const path = join(scratchFolder(), 'published.jsonl');
  writeFileSync(path, `${JSON.stringify(publication('1.0.0'))}\nnot a line\n`);
  await expect(openJournal(path)).rejects.toMatchObject({
    code: 'store-corrupt',
    message: expect.stringContaining(`line 2 of \`${path}\``),
  });
});

test('says where a version has two integrities', async () => {
  const path = join(scratchFolder(), 'published.jsonl');
  writeFileSync(path, `${JSON.stringify(publication('1.0.0'))}\n`);
  appendFileSync(path, `${JSON.stringify(publication('1.0.0', 'sha512-other'))}\n`);
  await expect(openJournal(path)).rejects.toMatchObject({ code: 'store-corrupt', message: expect.stringContaining('other bytes') });
});

test('looking at one that isn’t there makes none', async () => {
  const path = join(scratchFolder(), 'published.jsonl');
  const journal = await openJournal(path, { readOnly: true });
  expect(journal.size).toBe(0);
  await journal.close();
  expect(() => readFileSync(path)).toThrow(/ENOENT/);
});
