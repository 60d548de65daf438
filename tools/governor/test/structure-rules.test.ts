import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentFindings, removeFolder, temporaryFolder } from '@moby/testkit';
import { deflateSync } from 'node:zlib';
import { review } from '@moby/governor/review';
import { afterAll, describe, expect, test } from 'vitest';
import { library, repositoryOf, toReview, withoutSteward, type Files, type PullRequest } from './pull-request.ts';

const folder = temporaryFolder();
afterAll(() => removeFolder(folder));
let repositories = 0;
const nextFolder = (): string => join(folder, String((repositories += 1)));

async function said(request: PullRequest): Promise<readonly string[]> {
  const { findings } = await review(toReview(nextFolder(), request));
  return findings.map(({ rule, clause, path, line, column }) => `${rule.slice(5)}/${clause} ${path}:${line}:${column}`);
}

const readme: Files = { 'components/tini/README.md': '# tini\n\nAnother word.\n' };
const lock = 'assemblies/one/assembly.lock.json';

describe('what comes with a component', () => {
  const cases: readonly (readonly [string, PullRequest, readonly string[]])[] = [
    ['a lock that is there already', { base: { [lock]: '{}\n' }, head: { ...readme, [lock]: '{ }\n' } }, []],
    ['a new lock', { head: { ...readme, [lock]: '{}\n' } }, [`G009/mixed ${lock}:1:1`]],
    ['a lock that is taken away', { base: { [lock]: '{}\n' }, head: { ...readme, [lock]: undefined } }, [`G009/mixed ${lock}:1:1`]],
    [
      'a lock of nobody',
      { base: { 'x/assembly.lock.json': '{}\n' }, head: { ...readme, 'x/assembly.lock.json': '{ }\n' } },
      ['G009/mixed x/assembly.lock.json:1:1'],
    ],
    ['an assembly', { head: { ...readme, 'assemblies/one/README.md': 'x\n' } }, ['G009/mixed assemblies/one/README.md:1:1']],
    ['a text of all components', { head: { ...readme, 'components/README.md': 'x\n' } }, []],
  ];
  test.each(cases)('%s', async (_name, request, expected) => {
    expect(await said(request)).toEqual(expected);
  });
});

describe('where a manifest may stand', () => {
  const line = 'components/tini/0.19';
  const own = library()[`${line}/package.json`] ?? '';
  const cases: readonly (readonly [string, Files, readonly string[]])[] = [
    ['above the components', { 'components/package.json': '{}\n' }, ['S103/nesting components/package.json:1:1']],
    ['above the lines', { 'components/tini/package.json': own }, ['S103/nesting components/tini/package.json:1:1']],
    [
      'a folder deeper',
      { 'components/more/tini/0.19/package.json': own },
      ['S102/owners components/more:1:1', 'S102/readme components/more:1:1', 'S103/nesting components/more/tini/0.19/package.json:1:1'],
    ],
    ['among what tests need', { [`${line}/test/package.json`]: '{}\n' }, []],
  ];
  test.each(cases)('%s', async (_name, head, expected) => {
    expect(await said({ head })).toEqual(expected);
  });
});

test('a line that goes lacks nothing', async () => {
  const gone = Object.fromEntries(
    Object.keys(library()).flatMap((path) => (path.startsWith('components/tini/0.19/') ? [[path, undefined]] : [])),
  );
  expect(await said({ head: gone })).toEqual([]);
});

test('a sensitive folder is told once, with the number of its files', async () => {
  const head = { 'tools/a.ts': 'x\n', 'tools/b.ts': 'x\n', 'package.json': '{}\n', 'docs/package.json': '{}\n' };
  const { findings } = await review(toReview(nextFolder(), withoutSteward({ head })));
  expect(findings.map(({ path, message }) => [path, message])).toEqual([
    ['package.json', '`package.json` changes with a steward only'],
    ['tools/a.ts', '`tools/` changes with a steward only: 2 of its files do here'],
  ]);
});

/** A file of the repository, as git keeps it. */
function blobOf(text: string): { readonly oid: string; readonly file: string } {
  const oid = createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
  return { oid, file: join('objects', oid.slice(0, 2), oid.slice(2)) };
}

describe('a repository that can’t be read', () => {
  const assembly = (name: string): string => `name: ${name}\nversion: 1.0.0\nservices: []\n`;
  const { oid, file } = blobOf(assembly('one'));
  const request: PullRequest = { head: { 'assemblies/one/assembly.yaml': assembly('one') } };

  test.each<readonly [string, (path: string) => void, string]>([
    ['missing', (path) => rmSync(path), `object ${oid} isn't in the repository`],
    ['corrupt', (path) => writeFileSync(path, 'nonsense'), `object ${oid} is corrupt`],
    [
      'another than it is named as',
      (path) => writeFileSync(path, deflateSync(Buffer.from(`blob ${assembly('two').length}\0${assembly('two')}`))),
      `object ${oid} is corrupt`,
    ],
  ])('gives no verdict: an object is %s', async (_name, damage, message) => {
    const repository = repositoryOf(nextFolder(), request);
    damage(join(repository.folder, file));
    const report = await review(repository);
    expect(report).toMatchObject({
      verdict: 'tool-error',
      passed: 0,
      cause: { kind: 'repository', message },
      findings: [{ rule: 'MOBY-G002', severity: 'tool-error', message }],
    });
    expect(documentFindings('review-report', JSON.parse(JSON.stringify(report)))).toEqual([]);
  });

  test('and nothing at all where a commit is missing', async () => {
    const repository = repositoryOf(nextFolder(), request);
    await expect(review({ ...repository, head: '1'.repeat(40) })).rejects.toMatchObject({ code: 'unreadable-repository' });
  });
});
