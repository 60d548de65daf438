import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, compileCache, pinnedNode, removeFolder, runCli, scratchFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, describe, expect, test } from 'vitest';

const line = 'components/tini/0.19/package.json';

interface World {
  readonly bare: string;
  readonly work: string;
}

/** The hook's program keeps things below it. */
const home = temporaryFolder();

afterAll(() => removeFolder(home));

interface Ran {
  readonly ok: boolean;
  readonly text: string;
}

function git(folder: string, ...words: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync('git', ['-c', 'init.defaultBranch=main', '-c', 'gc.auto=0', ...words], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      NODE_COMPILE_CACHE: compileCache,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      ...Object.fromEntries(
        ['AUTHOR', 'COMMITTER'].flatMap((who) => [
          [`GIT_${who}_NAME`, 'Ann'],
          [`GIT_${who}_EMAIL`, 'ann@example.com'],
        ]),
      ),
    },
  });
  return { ok: status === 0, text: `${stdout}${stderr}` };
}

interface Hook {
  readonly hook?: string;
  readonly words?: string;
  /** The hook is there before the first branch is. */
  readonly isEmpty?: true;
}

/** A bare repository whose hook is the program, and a clone whose first commit is on both sides. */
function library({ hook = 'pre-receive', words = 'review hook', isEmpty }: Hook = {}): World {
  const folder = scratchFolder();
  const [bare, work] = [join(folder, 'library.git'), join(folder, 'work')];
  git(folder, 'init', '--quiet', '--bare', bare);
  git(folder, 'init', '--quiet', work);
  cpSync(join(checkout, 'components/tini'), join(work, 'components/tini'), { recursive: true });
  git(work, 'remote', 'add', 'origin', bare);
  commit(work);
  if (isEmpty !== true) expect(git(work, 'push', 'origin', 'main').ok).toBe(true);
  const script = `#!/bin/sh\nexec '${pinnedNode()}' '${join(checkout, 'tools/cli/bin/run.js')}' ${words}\n`;
  writeFileSync(join(bare, 'hooks', hook), script, { mode: 0o755 });
  return { bare, work };
}

function commit(work: string): void {
  git(work, 'add', '.');
  expect(git(work, 'commit', '--quiet', '--signoff', '-m', 'a change').ok).toBe(true);
}

function edit({ work }: World, from: string | RegExp, to: string): void {
  const file = join(work, line);
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  commit(work);
}

function document({ work }: World): void {
  appendFileSync(join(work, 'components/tini/README.md'), 'More.\n');
  commit(work);
}

function tips({ bare }: World): string {
  return git(bare, 'for-each-ref', '--format=%(refname) %(objectname)').text;
}

describe('what is pushed to a bare repository', () => {
  test.each(['100', '1'])('is taken where it is good and refused with its finding where it is bad, loose or in a pack (%s)', (limit) => {
    const world = library();
    git(world.bare, 'config', 'receive.unpackLimit', limit);
    document(world);
    const good = git(world.work, 'push', 'origin', 'main');
    expect(good).toMatchObject({ ok: true, text: expect.stringContaining('remote: main: accepted') });
    expect(existsSync(join(home, '.cache/moby-compose/review/library-index.json'))).toBe(true);
    const before = tips(world);
    edit(world, /"version": "/, '"version": "v');
    const bad = git(world.work, 'push', 'origin', 'main');
    expect(bad.ok).toBe(false);
    expect(bad.text).toContain('remote: main: refused');
    expect(bad.text).toMatch(/remote: +error +V501 strict-semver +components\/tini\/0\.19\/package\.json:3:14/);
    expect(tips(world)).toBe(before);
  });

  test('is taken where it is the first of all, since nothing is there to judge it by', () => {
    const empty = library({ isEmpty: true });
    const first = git(empty.work, 'push', 'origin', 'main');
    expect(first).toMatchObject({ ok: true, text: expect.stringContaining('remote: main: the first branch of this repository') });
  });

  test('is judged by what the branch becomes where somebody’s commits are pushed over', () => {
    const world = library();
    edit(world, '"version": "0.19.1"', '"version": "0.19.2"');
    expect(git(world.work, 'push', 'origin', 'main').ok).toBe(true);
    git(world.work, 'reset', '--quiet', '--hard', 'HEAD~1');
    document(world);
    const over = git(world.work, 'push', '--force', 'origin', 'main');
    expect(over).toMatchObject({ ok: false, text: expect.stringContaining('0.19.0+r1 is below 0.19.0+r2') });
  });

  test('is judged from where a new branch began, and tags and deletions pass', () => {
    const world = library();
    edit(world, /"version": "/, '"version": "v');
    expect(git(world.work, 'push', 'origin', 'HEAD:refs/heads/topic')).toMatchObject({ ok: false, text: expect.stringContaining('V501') });
    expect(git(world.work, 'push', 'origin', 'HEAD:refs/tags/odd').ok).toBe(true);
    git(world.work, 'reset', '--quiet', '--hard', 'HEAD~1');
    document(world);
    expect(git(world.work, 'push', 'origin', 'HEAD:refs/heads/topic')).toMatchObject({
      ok: true,
      text: expect.stringContaining('topic: accepted'),
    });
    expect(git(world.work, 'push', 'origin', ':topic').ok).toBe(true);
  });

  test('comes in with words where a person must decide, and waits where the hook is told so, by `update` too', () => {
    const strict = library({ hook: 'update', words: 'review hook --needs-review refuse "$1" "$2" "$3"' });
    for (const [{ work }, ok, words] of [
      [library(), true, 'main: accepted: a person must decide, and who may push here does so by pushing'],
      [strict, false, 'main: refused until a person has decided'],
    ] as const) {
      mkdirSync(join(work, 'docs/governance'), { recursive: true });
      writeFileSync(join(work, 'docs/governance/policy.yaml'), 'waivers: []\n');
      commit(work);
      const pushed = git(work, 'push', 'origin', 'main');
      expect(pushed).toMatchObject({ ok, text: expect.stringContaining(words) });
      expect(pushed.text).toContain('G008 sensitive-path');
    }
  });

  test('is refused where nobody can judge it', () => {
    const world = library();
    git(world.bare, 'symbolic-ref', 'HEAD', 'refs/heads/gone');
    document(world);
    const pushed = git(world.work, 'push', 'origin', 'HEAD:refs/heads/topic');
    expect(pushed).toMatchObject({ ok: false, text: expect.stringContaining('topic: refused, since it can') });
    expect(pushed.text).toContain('git symbolic-ref HEAD refs/heads/NAME');
  });
});

test('what isn’t a hook’s is told what a hook is', async () => {
  const world = library();
  const run = await runCli(['review', 'hook', '--repo', world.bare], { stdin: 'main\n' });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain('error[usage]: `main` is no change of a ref');
  const quiet = await runCli(['review', 'hook', '--repo', world.bare, '--json'], { stdin: '' });
  expect(quiet).toMatchObject({ exitCode: 0, stdout: '{\n  "accepted": true,\n  "branches": []\n}\n' });
});
