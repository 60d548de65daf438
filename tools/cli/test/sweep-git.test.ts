import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy } from '@moby/governor';
import { openRepository } from '@moby/governor/collect';
import { makeVersion } from '@moby/model';
import { scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { git } from '../../governor/test/collect/native-git.ts';
import { rawRepository } from '../../governor/test/collect/raw-repository.ts';
import { isSweepCommit, sweepCommitBytes } from '../src/sweep/git/sweep-commit.ts';
import { treeWith } from '../src/sweep/git/tree-with.ts';
import { openObjectWriter } from '../src/sweep/git/write-objects.ts';
import { branchTip, writeRef } from '../src/sweep/git/write-ref.ts';
import { branchOf, groupUpdates } from '../src/sweep/sweep-plans.ts';

test('a tree with other files keeps every entry that is not named, and git finds nothing wrong with its order', async () => {
  const raw = rawRepository(scratchFolder());
  const blob = raw.blob('before\n');
  const tree = raw.tree([
    ['100664', 'old-mode', blob],
    ['40000', 'sub', raw.tree([['100644', 'only', blob]])],
    ['100644', 'sub.txt', blob],
    ['120000', 'way', raw.blob('sub')],
  ]);
  const { objects } = openRepository(raw.folder);
  const write = openObjectWriter(raw.folder);
  const after = await write('blob', Buffer.from('after\n'));
  const entry = { mode: '100644', oid: after };
  const next = await treeWith({
    objects,
    write,
    tree,
    changes: new Map([
      ['new/deep/file', entry],
      ['sub-way', entry],
      ['sub/only', undefined],
      ['sub.txt', entry],
    ]),
  });
  expect(git(raw.folder, 'ls-tree', '-r', '--format=%(objectmode) %(path) %(objectname)', next)).toBe(
    [
      `100644 new/deep/file ${after}`,
      `100644 old-mode ${blob}`,
      `100644 sub-way ${after}`,
      `100644 sub.txt ${after}`,
      `120000 way ${raw.blob('sub')}`,
      '',
    ].join('\n'),
  );
  // git shows the old mode as the one that it means; the bytes have stayed.
  expect(git(raw.folder, 'cat-file', '-p', next)).not.toContain('sub\n');
  expect((await objects.read(next, 'tree', 10_000)).toString('latin1')).toContain('100664 old-mode\0');
  expect(readdirSync(join(raw.folder, 'objects'), { recursive: true }).filter((name) => String(name).includes('tmp'))).toEqual([]);
});

test('a commit is the sweep’s for as long as it leads from where to where it says', async () => {
  const raw = rawRepository(scratchFolder());
  const [tree, other] = [raw.files({ a: '1\n' }), raw.files({ a: '2\n' })];
  const [parent, another] = [raw.commit({ tree }), raw.commit({ tree, message: 'another\n' })];
  const committer = { name: 'Ann', email: 'ann@example.com', seconds: 1_000_000_000 };
  const bytes = sweepCommitBytes({ tree: other, parent, committer, subject: 'a change', body: ['- one\nSwept-Tree: x'] }).toString();
  const isSwept = async (text: string): Promise<boolean> =>
    isSweepCommit(await openRepository(raw.folder).readCommit(raw.object('commit', Buffer.from(text))));
  expect(await isSwept(bytes)).toBe(true);
  expect(bytes).toContain(String.raw`- one\u{a}Swept-Tree: x`);
  expect(await isSwept(bytes.replace(`tree ${other}`, `tree ${tree}`))).toBe(false);
  expect(await isSwept(bytes.replace(`parent ${parent}`, `parent ${another}`))).toBe(false);
  expect(await isSwept(bytes.replace(`parent ${parent}\n`, `parent ${parent}\nparent ${another}\n`))).toBe(false);
});

test('a branch moves only from where it was seen, and leaves no lock', async () => {
  const raw = rawRepository(scratchFolder());
  const first = raw.commit({ tree: raw.files({ a: '1\n' }) });
  const second = raw.commit({ tree: raw.files({ a: '2\n' }), parents: [first] });
  const at = { git: raw.folder, branch: 'sweep/x' };
  await writeRef({ ...at, oid: first, expected: undefined });
  git(raw.folder, 'pack-refs', '--all');
  expect(await branchTip(raw.folder, 'sweep/x')).toBe(first);
  await expect(writeRef({ ...at, oid: second, expected: undefined })).rejects.toMatchObject({ code: 'refused' });
  await expect(writeRef({ ...at, oid: second, expected: second })).rejects.toMatchObject({ code: 'refused' });
  await expect(writeRef({ ...at, branch: 'sweep/x/y', oid: second, expected: undefined })).rejects.toMatchObject({ code: 'refused' });
  expect(await branchTip(raw.folder, 'sweep/x')).toBe(first);
  await writeRef({ ...at, oid: second, expected: first });
  expect(git(raw.folder, 'for-each-ref', '--format=%(refname) %(objectname)')).toBe(`refs/heads/sweep/x ${second}\n`);
  expect(readdirSync(join(raw.folder, 'refs'), { recursive: true }).filter((name) => String(name).endsWith('.lock'))).toEqual([]);
});

test('what may only move together goes to one branch', () => {
  const policy = { ...defaultPolicy, batchGroups: [{ name: 'docker', components: ['docker', 'docker-cli'], reason: 'one source' }] };
  expect(branchOf('redis/8.0', policy)).toBe('sweep/update-redis-8.0');
  const line = (component: string): Parameters<typeof groupUpdates>[0][number] => ({
    kind: 'newer',
    component,
    version: makeVersion('1.0.0', 1),
    pins: [],
    vanished: [],
  });
  const groups = groupUpdates([line('docker/26.1'), line('docker-cli/28.5'), line('redis/8.0')], policy);
  expect([...groups].map(([branch, lines]) => [branch, lines.map(({ component }) => component)])).toEqual([
    ['sweep/group-docker', ['docker/26.1', 'docker-cli/28.5']],
    ['sweep/update-redis-8.0', ['redis/8.0']],
  ]);
});
