import { defaultPolicy } from '@moby/governor';
import { diffTrees, mergeChanges, openRepository, type Change, type Merge } from '@moby/governor/collect';
import { scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { git } from './native-git.ts';
import { rawRepository, type RawRepository } from './raw-repository.ts';

type Files = Readonly<Record<string, string>>;

/** Both sides of a base, merged here, and by git where that can; the files of git's merge by path, or undefined for a conflict. */
async function merge(
  base: Files,
  head: Files,
  target: Files,
): Promise<{ readonly own: Merge; readonly git: ReadonlyMap<string, string> | undefined }> {
  const repository = rawRepository(scratchFolder());
  const trees = [base, head, target].map((files) => repository.files(files));
  const [from = '', to = '', onto = ''] = trees;
  const { objects } = openRepository(repository.folder);
  const limits = defaultPolicy.changeLimits;
  const sides = {
    head: (await diffTrees({ objects, base: from, head: to, limits })).changes,
    target: (await diffTrees({ objects, base: from, head: onto, limits })).changes,
  };
  return { own: mergeChanges(sides), git: gitMerge(repository, trees) };
}

/** Renames are none to git either here. */
function gitMerge(repository: RawRepository, trees: readonly string[]): ReadonlyMap<string, string> | undefined {
  const [base = '', head = '', target = ''] = trees;
  const parents = [repository.commit({ tree: base, message: 'base\n' })];
  const sides = [target, head].map((tree) => repository.commit({ tree, parents }));
  let merged: string;
  try {
    merged = git(repository.folder, '-c', 'merge.renames=false', 'merge-tree', '--write-tree', ...sides).trim();
  } catch {
    return undefined;
  }
  const files = git(repository.folder, 'ls-tree', '-r', '-z', merged).split('\0').filter(Boolean);
  return new Map(files.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t')).replace(' blob ', ' ')]));
}

test('changes of both sides that don’t meet are laid over one another, as git lays them', async () => {
  const base = { 'a/x': '1', 'a/y': '1', 'b/z': '1', gone: '1', both: '1', neither: '1' };
  const head = { 'a/x': '2', 'a/y': '1', 'b/z': '1', both: '2', neither: '1', 'c/new': '1' };
  const target = { 'a/x': '1', 'a/y': '2', gone: '1', both: '2', neither: '1' };
  const { own, git: native } = await merge(base, head, target);
  expect(own.conflicts).toEqual([]);
  expect([...own.laid.keys()]).toEqual(['a/x', 'both', 'c/new', 'gone']);
  for (const [path, entry] of own.laid)
    expect(entry === undefined ? undefined : `${entry.mode} ${entry.oid}`, path).toBe(native?.get(path));
  expect([...(native?.keys() ?? [])]).toEqual(['a/x', 'a/y', 'both', 'c/new', 'neither']);
});

const conflicts: readonly { readonly of: string; readonly sides: readonly [Files, Files, Files]; readonly found: readonly string[] }[] = [
  { of: 'two edits', sides: [{ a: '1' }, { a: '2' }, { a: '3' }], found: ['both-changed a'] },
  { of: 'an edit and a deletion', sides: [{ a: '1', b: '1' }, { a: '2', b: '1' }, { b: '1' }], found: ['both-changed a'] },
  { of: 'a deletion and an edit', sides: [{ a: '1', b: '1' }, { b: '1' }, { a: '2', b: '1' }], found: ['both-changed a'] },
  { of: 'two additions', sides: [{}, { a: '1' }, { a: '2' }], found: ['both-changed a'] },
  { of: 'a new file where the target makes a folder', sides: [{}, { a: '1' }, { 'a/b/c': '1' }], found: ['file-and-folder a'] },
  { of: 'a new folder where the target makes a file', sides: [{}, { 'a/b/c': '1' }, { 'a/b': '1' }], found: ['file-and-folder a/b'] },
  {
    of: 'a file that becomes a folder, and is edited',
    sides: [{ a: '1' }, { 'a/b': 'another file' }, { a: '2' }],
    found: ['both-changed a', 'file-and-folder a'],
  },
];

test.each(conflicts)('$of are a conflict', async ({ sides, found }) => {
  const { own, git: native } = await merge(...sides);
  expect(native).toBeUndefined();
  expect(own.conflicts.map(({ clause, path }) => `${clause} ${path}`)).toEqual(found);
});

const peaceful: readonly { readonly of: string; readonly sides: readonly [Files, Files, Files]; readonly files: readonly string[] }[] = [
  {
    of: 'a file that becomes a folder on one side',
    sides: [
      { a: '1', z: '1' },
      { 'a/b': '1', z: '1' },
      { a: '1', z: '2' },
    ],
    files: ['a/b', 'z'],
  },
  { of: 'a file in place of a folder that both leave', sides: [{ 'a/b': '1', z: '1' }, { a: 'x', z: '1' }, { z: '1' }], files: ['a', 'z'] },
  { of: 'one folder in place of a file that both leave', sides: [{ a: '1' }, { 'a/b': 'x' }, { 'a/c': 'y' }], files: ['a/b', 'a/c'] },
];

test.each(peaceful)('$of is none', async ({ sides, files }) => {
  const { own, git: native } = await merge(...sides);
  expect(own.conflicts).toEqual([]);
  expect([...(native?.keys() ?? [])]).toEqual(files);
});

test('the same bytes in two modes are a conflict', () => {
  const change = (mode: string): Change => ({ status: 'added', path: 'run', mode, oid: '1'.repeat(40) });
  expect(mergeChanges({ head: [change('100644')], target: [change('100755')] }).conflicts.map(({ path }) => path)).toEqual(['run']);
  expect(mergeChanges({ head: [change('100755')], target: [change('100755')] }).conflicts).toEqual([]);
});
