import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { openRepository, openTree } from '@moby/governor/collect';
import { Failure } from '@moby/model';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { git } from './native-git.ts';
import { rawRepository } from './raw-repository.ts';

/** A work tree of three commits on `main`, with a branch and two tags. */
function workTree(): string {
  const folder = join(scratchFolder(), 'library');
  mkdirSync(folder);
  git(folder, 'init', '--quiet');
  for (const text of ['one', 'two', 'three']) {
    writeFileSync(join(folder, 'file'), text);
    git(folder, 'add', 'file');
    git(folder, 'commit', '--quiet', '-m', text);
  }
  git(folder, 'branch', 'feature/x', 'HEAD~1');
  git(folder, 'tag', 'light');
  git(folder, 'tag', '-a', '-m', 'a tag', 'heavy', 'HEAD~2');
  return folder;
}

async function textAt(folder: string, revision: string): Promise<string> {
  const repository = openRepository(folder);
  const { tree } = await repository.commitOf(revision);
  return Buffer.from((await openTree(repository.objects, tree).file('file', 100)) ?? []).toString();
}

function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('repositories that are read', () => {
  test('a work tree, a bare clone, a packed one and one with packed refs give the same files by every kind of name', async () => {
    const source = workTree();
    const bare = join(scratchFolder(), 'bare.git');
    git(source, 'clone', '--quiet', '--bare', '--no-local', '.', bare);
    const second = git(source, 'rev-parse', 'feature/x').trim();
    for (const folder of [source, bare]) {
      expect(await textAt(folder, 'main')).toBe('three');
      expect(await textAt(folder, 'HEAD')).toBe('three');
      expect(await textAt(folder, 'refs/heads/feature/x')).toBe('two');
      expect(await textAt(folder, 'light')).toBe('three');
      expect(await textAt(folder, 'heavy')).toBe('one');
      expect(await textAt(folder, second)).toBe('two');
      expect(await textAt(folder, second.slice(0, 10))).toBe('two');
    }
  });

  test('a shallow one, as far as it goes', async () => {
    const source = workTree();
    const shallow = join(scratchFolder(), 'shallow');
    git(source, 'clone', '--quiet', '--depth=2', '--no-local', `file://${source}`, shallow);
    expect(await textAt(shallow, 'main')).toBe('three');
    const repository = openRepository(shallow);
    expect(repository.shallow).toEqual(new Set([git(source, 'rev-parse', 'main~1').trim()]));
    const first = git(source, 'rev-parse', 'main~2').trim();
    await expect(repository.commitOf(first)).rejects.toMatchObject({
      code: 'unreadable-repository',
      message: `object ${first} isn't in the repository`,
    });
  });
});

describe('repositories that aren’t', () => {
  test('say what they are, and what to do', () => {
    const source = workTree();
    const at = (name: string): string => join(scratchFolder(), name);
    const [linked, borrowing, partial, sha256, empty] = [at('linked'), at('borrowing'), at('partial'), at('sha256'), scratchFolder()];
    git(source, 'worktree', 'add', '--quiet', linked);
    git(source, 'clone', '--quiet', '--shared', '.', borrowing);
    git(source, 'config', 'uploadpack.allowFilter', 'true');
    git(source, 'clone', '--quiet', '--filter=blob:none', '--no-local', `file://${source}`, partial);
    git(source, 'init', '--quiet', '--object-format=sha256', sha256);
    const told = [linked, borrowing, partial, sha256, empty, join(source, '.git/worktrees/linked')].map((folder) => {
      const { code, message, hints } = failureOf(() => openRepository(folder));
      expect(code).toBe('unreadable-repository');
      expect(hints.length).toBeGreaterThan(0);
      return message.replace(folder, 'DIR');
    });
    expect(told).toEqual([
      '`DIR` is a linked work tree or a submodule: its `.git` is a file',
      '`DIR` borrows objects from another repository (objects/info/alternates)',
      '`DIR` is a partial clone: objects are missing in it',
      '`DIR` names its objects by sha256',
      'there is no git repository in `DIR`',
      '`DIR` is the part of a linked work tree',
    ]);
  });

  test('also by extensions of git that came later', () => {
    const { folder } = rawRepository(scratchFolder());
    const told = (config: string): string => {
      writeFileSync(join(folder, 'config'), config);
      return failureOf(() => openRepository(folder)).message.replace(folder, 'DIR');
    };
    expect(told('[extensions]\n\trefStorage = reftable\n')).toBe('`DIR` keeps its refs as reftable');
    expect(told('[core]\n\ta = b\n[Extensions]\n\tnewIdea\n')).toBe("`DIR` uses git's extension `newidea`, which isn't known here");
    writeFileSync(join(folder, 'config'), '[extensions]\n\tworktreeConfig = true\n\tobjectFormat = sha1\n[core]\n\tpartialclone = x\n');
    expect(() => openRepository(folder)).not.toThrow();
  });
});

describe('names of revisions', () => {
  test('that lead nowhere, or elsewhere, are refused in words of their own', async () => {
    const folder = workTree();
    writeFileSync(join(folder, 'secret'), 'ref: refs/heads/main\n');
    const repository = openRepository(folder);
    for (const revision of [
      'nothing',
      '../secret',
      '/etc/passwd',
      '-x',
      'main~9',
      'main^2',
      'main~9999',
      'main~1001',
      `main${'^'.repeat(1001)}`,
      'main~x',
      'main^{tree}',
      'main@{1}',
      'main..x',
      'HEAD:file',
      'a b',
      '',
      'logs/HEAD',
      'abcdef',
      'objects',
    ])
      await expect(repository.commitOf(revision), revision).rejects.toMatchObject({ code: 'not-found' });
    const tree = git(folder, 'rev-parse', 'main^{tree}').trim();
    await expect(repository.commitOf(tree)).rejects.toMatchObject({ code: 'not-found', message: `\`${tree}\` is no commit` });
  });

  test('lead back as git goes', async () => {
    const folder = workTree();
    git(folder, 'checkout', '--quiet', '-b', 'side', 'main~1');
    git(folder, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', 'merge', '--quiet', '--no-ff', '-m', 'both', 'main');
    const repository = openRepository(folder);
    for (const revision of ['side~1', 'side^', 'side^2', 'side~', 'side^0', 'side~0', 'side^2~1', 'side^^', 'side~2', 'HEAD^1'])
      expect((await repository.commitOf(revision)).oid, revision).toBe(git(folder, 'rev-parse', revision).trim());
    await expect(repository.commitOf('side^3')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('that begin two oids ask for more digits', async () => {
    const repository = rawRepository(scratchFolder());
    const seen = new Map<string, string>();
    for (let seconds = 0; ; seconds += 1) {
      const oid = repository.commit({ tree: repository.tree([]), seconds });
      const short = oid.slice(0, 4);
      if (seen.has(short)) {
        await expect(openRepository(repository.folder).commitOf(short)).rejects.toMatchObject({
          message: `\`${short}\` begins more than one oid`,
        });
        break;
      }
      seen.set(short, oid);
    }
  });
});

describe('objects', () => {
  test('larger than they may be aren’t inflated, loose or packed, whole or as a difference', async () => {
    const folder = workTree();
    const zeros = Buffer.alloc(3_000_000);
    const noise = Buffer.from(Array.from({ length: 1000 }, (_, index) => createHash('sha256').update(`${index}`).digest('hex')).join(''));
    for (const [name, bytes] of [
      ['zeros', zeros],
      ['noise', noise],
      ['noise2', Buffer.concat([noise, Buffer.from('more')])],
    ] as const)
      writeFileSync(join(folder, name), bytes);
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', 'large');
    for (const kind of ['loose', 'packed', 'packed by oid']) {
      if (kind !== 'loose') git(folder, '-c', `repack.useDeltaBaseOffset=${kind === 'packed'}`, 'repack', '-adfq');
      const { objects } = openRepository(folder);
      for (const name of ['zeros', 'noise', 'noise2']) {
        const oid = git(folder, 'rev-parse', `HEAD:${name}`).trim();
        const size = Number(git(folder, 'cat-file', '-s', oid));
        expect(objects.headOf(oid)).toMatchObject({ type: 'blob', size });
        await expect(objects.read(oid, 'blob', size - 1)).rejects.toMatchObject({ code: 'limit' });
        expect((await objects.read(oid, 'blob', size)).length).toBe(size);
      }
    }
    expect(git(folder, 'verify-pack', '-v', packOf(folder))).toMatch(/chain length = 1: 1 object/);
  });

  test('that say they are small and inflate without an end are stopped', async () => {
    const repository = rawRepository(scratchFolder());
    const oid = repository.blob('small');
    const bomb = deflateSync(Buffer.concat([Buffer.from('blob 5\0'), Buffer.alloc(5_000_000)]));
    writeFileSync(join(repository.folder, 'objects', oid.slice(0, 2), oid.slice(2)), bomb);
    await expect(openRepository(repository.folder).objects.read(oid, 'blob', 100)).rejects.toMatchObject({
      code: 'unreadable-repository',
      cause: { code: 'ERR_BUFFER_TOO_LARGE' },
    });
  });

  test('that have other bytes than their name says are refused', async () => {
    const repository = rawRepository(scratchFolder());
    const oid = repository.blob('right');
    writeFileSync(join(repository.folder, 'objects', oid.slice(0, 2), oid.slice(2)), deflateSync('blob 5\0wrong'));
    await expect(openRepository(repository.folder).objects.read(oid, 'blob', 100)).rejects.toMatchObject({
      message: `object ${oid} is corrupt`,
    });
  });

  test('that are another kind than is asked for are refused', async () => {
    const repository = rawRepository(scratchFolder());
    const { objects } = openRepository(repository.folder);
    await expect(objects.read(repository.blob('x'), 'tree', 100)).rejects.toMatchObject({ code: 'unreadable-repository' });
  });
});

function packOf(folder: string): string {
  const packs = join(folder, '.git/objects/pack');
  return join(packs, readdirSync(packs).find((name) => name.endsWith('.idx')) ?? '');
}
