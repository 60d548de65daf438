import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy } from '@moby/governor';
import { diffTrees, openRepository, type Change } from '@moby/governor/collect';
import { scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { git, gitBytes } from './native-git.ts';
import { rawRepository } from './raw-repository.ts';

const limits = defaultPolicy.changeLimits;
const noLimits = { paths: 1e6, components: 1e6, blobBytes: 1e9, addedBytes: 1e9 };

/** Pseudo-random, the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A history of some hundred files as `git fast-import` reads it: files come, change, go, and turn into folders and back. */
function history(commits: number): string {
  const next = numbers(7);
  const words = ['a', 'a.b', 'a-b', 'ab', 'B', 'é', 'z', '文', '𝒳', 'files'];
  const lines: string[] = [];
  for (let commit = 0; commit < commits; commit += 1) {
    lines.push('commit refs/heads/main', `committer Ann <ann@example.com> ${1_000_000_000 + commit} +0000`, 'data 1', 'c');
    for (let change = 0; change < (commit === 0 ? 400 : 25); change += 1) {
      const name = next(30) === 0 ? '' : next(9);
      const path = `${Array.from({ length: 1 + next(4) }, () => words[next(words.length)]).join('/')}${name}`;
      const mode = ['100644', '100644', '100755', '120000'][next(4)] ?? '';
      const text = `${next(3)}`;
      if (next(4) === 0) lines.push(`D ${path}`);
      else lines.push(`M ${mode} inline ${path}`, `data ${text.length}`, text);
    }
  }
  return `${lines.join('\n')}\n`;
}

function nativeDiff(folder: string, base: string, head: string): readonly string[] {
  const fields = git(folder, 'diff-tree', '-r', '-z', '--no-renames', base, head).split('\0');
  const lines: string[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2)
    lines.push(`${(fields[index] ?? '').slice(1).replace('T', 'M')}\t${fields[index + 1]}`);
  return lines;
}

function asGitWrites(change: Change): string {
  const none = { mode: '000000', oid: '0'.repeat(40) };
  const before = change.status === 'added' ? none : change.before;
  const now = change.status === 'deleted' ? none : change;
  const letter = { added: 'A', deleted: 'D', modified: 'M' }[change.status];
  return `${before.mode} ${now.mode} ${before.oid} ${now.oid} ${letter}\t${change.path}`;
}

test('gives what git diff-tree gives, on loose objects and on packs of differences', async () => {
  const folder = scratchFolder();
  git(folder, 'init', '--bare', '--quiet');
  gitBytes(folder, ['-c', 'fastimport.unpackLimit=100000', 'fast-import', '--quiet'], history(8));
  const commits = git(folder, 'rev-list', '--reverse', 'main').trim().split('\n');
  expect(git(folder, 'ls-tree', '-r', '--name-only', commits[0] ?? '').split('\n').length).toBeGreaterThan(150);
  let seen = 0;
  for (const kind of ['loose', 'packed', 'packed by oid']) {
    if (kind !== 'loose') git(folder, '-c', `repack.useDeltaBaseOffset=${kind === 'packed'}`, 'repack', '-adfq', '--depth=50');
    const repository = openRepository(folder);
    const pairs = commits.flatMap((base, index) =>
      [index + 1, commits.length - 1 - index].map((other) => [base, commits[other] ?? base] as const),
    );
    for (const [base, head] of pairs) {
      const [from, to] = [await repository.commitOf(base), await repository.commitOf(head)];
      const { changes, reached } = await diffTrees({ objects: repository.objects, base: from.tree, head: to.tree, limits: noLimits });
      const native = nativeDiff(folder, base, head);
      seen += native.length;
      expect(reached).toBeUndefined();
      expect(changes.map(asGitWrites)).toEqual(native);
    }
  }
  expect(seen).toBeGreaterThan(1000);
  expect(git(folder, 'count-objects', '-v')).toContain('count: 0\n');
});

test('a file in place of a folder is deletions and an addition', async () => {
  const repository = rawRepository(scratchFolder());
  const base = repository.files({ 'a/b': 'x', 'a/c': 'x' });
  const head = repository.files({ a: 'x' });
  const { objects } = openRepository(repository.folder);
  const there = await diffTrees({ objects, base, head, limits });
  const back = await diffTrees({ objects, base: head, head: base, limits });
  const short = ({ status, path }: Change): string => `${status} ${path}`;
  expect(there.changes.map(short)).toEqual(['added a', 'deleted a/b', 'deleted a/c']);
  expect(back.changes.map(short)).toEqual(['deleted a', 'added a/b', 'added a/c']);
});

test('an equal folder isn’t read: it may be missing', async () => {
  const repository = rawRepository(scratchFolder());
  const gone = '1'.repeat(40);
  const [base = '', head = ''] = ['x', 'y'].map((text) =>
    repository.tree([
      ['100644', 'a', repository.blob(text)],
      ['40000', 'gone', gone],
    ]),
  );
  const { objects } = openRepository(repository.folder);
  const { changes } = await diffTrees({ objects, base, head, limits });
  expect(changes.map(({ path }) => path)).toEqual(['a']);
});

test('equal trees aren’t read either, and a file that only changes its mode adds nothing', async () => {
  const repository = rawRepository(scratchFolder());
  const large = repository.blob(new Uint8Array(6 * 1024 ** 2));
  const [base = '', head = ''] = ['100644', '100755'].map((mode) => repository.tree([[mode, 'a', large]]));
  const { objects } = openRepository(repository.folder);
  const gone = '1'.repeat(40);
  expect(await diffTrees({ objects, base: gone, head: gone, limits })).toEqual({ changes: [], faults: [] });
  expect((await diffTrees({ objects, base, head, limits })).reached).toBeUndefined();
});

test('the number of paths, of components, and the sizes of files have limits that the policy names', async () => {
  const repository = rawRepository(scratchFolder());
  const { objects } = openRepository(repository.folder);
  const empty = repository.tree([]);
  const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`components/redis/8.0/files/${index}`, 'x']));
  const wide = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`components/c${index}/1/package.json`, '{}']));
  const big = repository.tree([['100644', 'a', repository.blob(new Uint8Array(5 * 1024 ** 2 + 1))]]);
  const blobs = Array.from(
    { length: 5 },
    (_, index) => ['100644', `b${index}`, repository.blob(new Uint8Array(4 * 1024 ** 2 + index))] as const,
  );
  const reached = async (head: string, base = empty): Promise<unknown> => (await diffTrees({ objects, base, head, limits })).reached;
  expect(await reached(repository.files(many))).toEqual({ limit: 'paths', most: 500 });
  expect(await reached(repository.files(wide))).toEqual({ limit: 'components', most: 20 });
  expect(await reached(big)).toEqual({ limit: 'blob-bytes', most: 5 * 1024 ** 2, path: 'a' });
  expect(await reached(repository.tree(blobs))).toEqual({ limit: 'added-bytes', most: 20 * 1024 ** 2 });
  // What goes away is no addition.
  expect(await reached(empty, big)).toBeUndefined();
  expect(await reached(repository.tree(blobs.slice(0, 4)))).toBeUndefined();
});

test('a tree of few objects and more folders than anybody could open is a limit', async () => {
  const repository = rawRepository(scratchFolder());
  let oid = repository.tree([]);
  for (let depth = 0; depth < 10; depth += 1)
    oid = repository.tree(Array.from({ length: 10 }, (_, index) => ['40000', `d${index}`, oid] as const));
  const { objects } = openRepository(repository.folder);
  const { reached, faults } = await diffTrees({ objects, base: repository.tree([]), head: oid, limits });
  expect(reached).toEqual({ limit: 'faults', most: 200 });
  expect(faults.every(({ clause }) => clause === 'empty-folder')).toBe(true);
});

test('a folder larger than any that a person wrote is a limit, before it is read', async () => {
  const repository = rawRepository(scratchFolder());
  const blob = repository.blob('x');
  const wide = repository.tree(Array.from({ length: 20_000 }, (_, index) => ['100644', String(index).padStart(200, '0'), blob] as const));
  const { objects } = openRepository(repository.folder);
  const { reached, changes } = await diffTrees({
    objects,
    base: repository.tree([]),
    head: repository.tree([['40000', 'd', wide]]),
    limits,
  });
  expect([reached, changes]).toEqual([{ limit: 'folder-bytes', most: 4 * 1024 ** 2, path: 'd' }, []]);
});

test('a missing file, and one of which bytes are missing, are nobody’s fault', async () => {
  const repository = rawRepository(scratchFolder());
  const blob = repository.blob('x');
  const head = repository.tree([['100644', 'a', blob]]);
  const place = join(repository.folder, 'objects', blob.slice(0, 2), blob.slice(2));
  const { objects } = openRepository(repository.folder);
  const review = { objects, base: repository.tree([]), head, limits };
  writeFileSync(place, 'not deflated');
  await expect(diffTrees(review)).rejects.toMatchObject({ code: 'unreadable-repository', message: `object ${blob} is corrupt` });
  rmSync(place);
  await expect(diffTrees(review)).rejects.toMatchObject({
    code: 'unreadable-repository',
    message: `object ${blob} isn't in the repository`,
  });
});
