import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy, type Policy } from '@moby/governor';
import { collectReview, type CollectedReview } from '@moby/governor/collect';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { rawRepository, type RawRepository } from './raw-repository.ts';

type Files = Readonly<Record<string, string>>;

const library = { 'components/a/1/package.json': '{}', 'components/b/1/package.json': '{}', 'docs/governance/policy.yaml': 'base' };

/** A base that has moved on since the head began, on `main` and `change`. */
function forked({ head, target }: { readonly head: Files; readonly target: Files }): RawRepository {
  const repository = rawRepository(scratchFolder());
  const fork = repository.commit({ tree: repository.files(library), message: 'fork\n' });
  const side = (name: string, files: Files, seconds: number): void =>
    repository.ref(
      `refs/heads/${name}`,
      repository.commit({ tree: repository.files({ ...library, ...files }), parents: [fork], message: name, seconds }),
    );
  side('main', target, 1_000_000_001);
  side('change', head, 1_000_000_002);
  return repository;
}

async function collect(repository: RawRepository, policyOf: (text: string) => Policy = () => defaultPolicy): Promise<CollectedReview> {
  return collectReview({
    folder: repository.folder,
    base: 'main',
    head: 'change',
    policyOf: (text) => policyOf(Buffer.from(text ?? []).toString()),
  });
}

function shown({ mergeBase, diff, merge, touched, questions, commits }: CollectedReview): unknown {
  return {
    from: mergeBase.from,
    changes: diff.changes.map(({ path }) => path),
    conflicts: merge.conflicts.map(({ path }) => path),
    touched: touched.components.map(({ name }) => name),
    questions: questions?.map(({ component }) => component),
    commits: commits.commits.map(({ message }) => message),
  };
}

describe('a pull request is collected', () => {
  test('by what it changes since it left the base, not by what the base has got since', async () => {
    const repository = forked({ head: { 'components/a/1/package.json': '{"a":1}' }, target: { 'components/b/1/package.json': '{"b":1}' } });
    expect(shown(await collect(repository))).toEqual({
      from: 'history',
      changes: ['components/a/1/package.json'],
      conflicts: [],
      touched: ['a'],
      questions: ['a'],
      commits: ['change'],
    });
  });

  test('line by line as the merge would have it', async () => {
    const head = { 'components/a/1/files/new': 'head', 'components/a/1/README.md': 'head' };
    const target = { 'components/a/1/facts.json': 'target', 'components/a/1/package.json': '{"version":"1.0.1"}' };
    const { questions } = await collect(forked({ head, target }));
    const files = questions?.[0]?.question?.release.files ?? new Map<string, Uint8Array>();
    expect([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['README.md', 'head'],
      ['facts.json', 'target'],
      ['files/new', 'head'],
      ['package.json', '{"version":"1.0.1"}'],
    ]);
  });

  test('without questions where both sides changed a file, where a tree is insane, and where the policy’s limits end it', async () => {
    const both = { 'components/a/1/package.json': '{"a":1}' };
    const conflict = await collect(forked({ head: both, target: { 'components/a/1/package.json': '{"a":2}' } }));
    const insane = await collect(forked({ head: { ...both, 'components/a/1/.git': 'x' }, target: {} }));
    const limits = { ...defaultPolicy.changeLimits, paths: 0 };
    const large = await collect(forked({ head: both, target: {} }), () => ({ ...defaultPolicy, changeLimits: limits }));
    expect(conflict.merge.conflicts.map(({ path }) => path)).toEqual(['components/a/1/package.json']);
    expect(insane.diff.faults.map(({ clause }) => clause)).toEqual(['dot-git']);
    expect(large.diff.reached).toEqual({ limit: 'paths', most: 0 });
    expect([conflict, insane, large].map(({ questions }) => questions)).toEqual([undefined, undefined, undefined]);
  });

  test('by the base’s policy, whatever the head makes of it', async () => {
    const repository = forked({ head: { 'docs/governance/policy.yaml': 'head' }, target: { 'docs/governance/policy.yaml': 'target' } });
    const read: string[] = [];
    await collect(repository, (text) => {
      read.push(text);
      return defaultPolicy;
    });
    expect(read).toEqual(['target']);
  });

  test('against the base itself where a shallow clone doesn’t know where it began', async () => {
    const repository = forked({ head: { 'components/a/1/package.json': '{"a":1}' }, target: {} });
    const { base, head } = await collect(repository);
    writeFileSync(join(repository.folder, 'shallow'), `${base.oid}\n${head.oid}\n`);
    const collected = await collect(repository);
    expect(shown(collected)).toMatchObject({ from: 'assumed', changes: ['components/a/1/package.json'], questions: ['a'] });
    expect(collected.commits.cut).toBe('shallow');
  });
});
