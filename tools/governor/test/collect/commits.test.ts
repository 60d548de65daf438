import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitsBetween, findMergeBase, openRepository, parseCommit } from '@moby/governor/collect';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { git, gitBytes } from './native-git.ts';
import { rawRepository } from './raw-repository.ts';

describe('the commits between a base and a head', () => {
  test('are those of git rev-list, over merges, forks and dates that nobody believes', async () => {
    const repository = rawRepository(scratchFolder());
    const tree = repository.tree([]);
    const dates = [50, 40, 900, 10, 60, 30, 2_000_000_000, 1, 70, 20, 80, 5];
    const oids: string[] = [];
    for (const [index, seconds] of dates.entries()) {
      const parents = [oids[index - 1], index % 3 === 2 ? oids[index - 3] : undefined].filter((oid) => oid !== undefined);
      oids.push(repository.commit({ tree, seconds, parents, message: `${index}\n` }));
    }
    const fork = repository.commit({ tree, seconds: 45, parents: [oids[4] ?? '', oids[2] ?? ''], message: 'fork\n' });
    const open = openRepository(repository.folder);
    for (const base of [oids[1] ?? '', oids[5] ?? '', oids[8] ?? '', fork])
      for (const head of [...oids, fork]) {
        const range = await commitsBetween({ repository: open, base, head });
        const { commits, cut } = range;
        const native = git(repository.folder, 'rev-list', `${base}..${head}`).split('\n').filter(Boolean);
        expect(commits.map(({ oid }) => oid).sort(), `${base}..${head}`).toEqual(native.sort());
        expect(cut).toBeUndefined();
        const best = git(repository.folder, 'merge-base', '--all', base, head).trim().split('\n');
        expect(await findMergeBase(open, range), `${base} and ${head}`).toBe(best.length === 1 ? best[0] : undefined);
      }
  });

  test('begin nowhere for certain where two branches were merged both ways, or where history is cut', async () => {
    const repository = rawRepository(scratchFolder());
    const tree = repository.tree([]);
    const commit = (message: string, ...parents: readonly string[]): string => repository.commit({ tree, message, parents });
    const root = commit('root');
    const [left, right] = [commit('left', root), commit('right', root)];
    const [one, other] = [commit('one', left, right), commit('other', right, left)];
    const within = async (base: string, head: string): Promise<string | undefined> => {
      const open = openRepository(repository.folder);
      return findMergeBase(open, await commitsBetween({ repository: open, base, head }));
    };
    expect(await within(one, other)).toBeUndefined();
    expect(await within(left, other)).toBe(left);
    writeFileSync(join(repository.folder, 'shallow'), `${right}\n`);
    expect(await within(left, other)).toBeUndefined();
  });

  test('say where a shallow clone, or a limit, cuts them', async () => {
    const repository = rawRepository(scratchFolder());
    const tree = repository.tree([]);
    const base = repository.commit({ tree, message: 'base\n' });
    let head = base;
    for (let index = 0; index < 20; index += 1)
      head = repository.commit({ tree, parents: [head], message: `${index}\n`, seconds: 2e9 + index });
    const whole = await commitsBetween({ repository: openRepository(repository.folder), base, head });
    const limited = await commitsBetween({ repository: openRepository(repository.folder), base, head, maxCommits: 5 });
    writeFileSync(join(repository.folder, 'shallow'), `${head}\n`);
    const shallow = await commitsBetween({ repository: openRepository(repository.folder), base, head });
    expect([whole.cut, whole.commits.length]).toEqual([undefined, 20]);
    expect([limited.cut, limited.commits.length]).toEqual(['limit', 5]);
    expect([shallow.cut, shallow.commits.map(({ oid }) => oid)]).toEqual(['shallow', [head]]);
  });
});

describe('a commit', () => {
  const tree = 'a'.repeat(40);
  const person = 'Änne <ann@example.com> 1000000000 +0000';
  const head = `tree ${tree}\nauthor ${person}\ncommitter ${person}\n`;

  test('has its author, its message as it stands, and who signed it off', () => {
    const message =
      'feat: x\n\nSigned-off-by: Änne <ann@example.com>\nsigned-off-by: Bob<bob@example.com>\n> Signed-off-by: Eve <eve@example.com>\n';
    expect(parseCommit(Buffer.from(`${head}\n${message}`))).toEqual({
      tree,
      parents: [],
      author: { name: 'Änne', email: 'ann@example.com', seconds: 1_000_000_000 },
      committer: { name: 'Änne', email: 'ann@example.com', seconds: 1_000_000_000 },
      message,
      signedOffBy: [
        { name: 'Änne', email: 'ann@example.com' },
        { name: 'Bob', email: 'bob@example.com' },
      ],
    });
  });

  test('is read in one pass, though its sign-off is a megabyte of spaces', () => {
    const message = `Signed-off-by:${' '.repeat(1024 ** 2)}\n`;
    expect(parseCommit(Buffer.from(`${head}\n${message}`))?.signedOffBy).toEqual([]);
  });

  test('signed by ssh has the signature, and the bytes that were signed', () => {
    const folder = scratchFolder();
    git(folder, 'init', '--quiet');
    const unsigned = gitBytes(folder, ['commit-tree', '-m', 'ünsigned\n\n more', git(folder, 'mktree').trim()])
      .toString()
      .trim();
    const payload = gitBytes(folder, ['cat-file', 'commit', unsigned]);
    const text = '-----BEGIN SSH SIGNATURE-----\nU1NI\n\nAAAA\n-----END SSH SIGNATURE-----';
    const header = `gpgsig ${text.replaceAll('\n', '\n ')}\n`;
    const end = payload.indexOf('\n\n') + 1;
    const signed = Buffer.concat([payload.subarray(0, end), Buffer.from(header), payload.subarray(end)]);
    const commit = parseCommit(signed);
    expect(commit?.signature?.text).toBe(text);
    expect(Buffer.from(commit?.signature?.payload ?? []).equals(payload)).toBe(true);
    expect(commit?.message).toBe('ünsigned\n\n more\n');
  });

  test('signed twice counts as unsigned', () => {
    const header = 'gpgsig a\n b\n';
    expect(parseCommit(Buffer.from(`${head}${header}\nx`))?.signature?.text).toBe('a\nb');
    expect(parseCommit(Buffer.from(`${head}${header}${header}\nx`))?.signature).toBeUndefined();
  });

  test('whose author is written as git never writes one has an author without an address', () => {
    expect(parseCommit(Buffer.from(`${head.replaceAll('<', '')}\nx`))?.author).toEqual({
      name: person.replace('<', ''),
      email: '',
      seconds: 0,
    });
  });

  test('that two readers could take differently is none', () => {
    for (const bytes of ['', 'x', head.replace('tree', 'three'), `${head}author ${person}\n\nx`, `${head}tree ${tree}\n\nx`])
      expect(parseCommit(Buffer.from(bytes)), bytes).toBeUndefined();
    expect(parseCommit(Buffer.from(`${head}parent ../../x\n\nx`))).toBeUndefined();
    expect(parseCommit(Buffer.from(head))?.message).toBe('');
  });
});

test('reading a repository writes nothing into it', async () => {
  const folder = scratchFolder();
  git(folder, 'init', '--quiet');
  gitBytes(folder, ['commit', '--quiet', '--allow-empty', '-m', 'x']);
  const before = git(folder, 'count-objects', '-v') + readFileSync(join(folder, '.git/HEAD'), 'utf8');
  const repository = openRepository(folder);
  const { oid } = await repository.commitOf('main');
  await commitsBetween({ repository, base: oid, head: oid });
  expect(git(folder, 'count-objects', '-v') + readFileSync(join(folder, '.git/HEAD'), 'utf8')).toBe(before);
});
