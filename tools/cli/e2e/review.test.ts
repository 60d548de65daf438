import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, documentFindings, removeFolder, runCli, temporaryFolder, type CliRun } from '@moby/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const line = 'components/tini/0.19';
const volume = 'components/data-volume/1/package.json';
const folder = temporaryFolder();
afterAll(() => removeFolder(folder));

function git(...args: readonly string[]): void {
  const person = {
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@example.com',
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@example.com',
  };
  execFileSync('git', args, { cwd: folder, env: { ...process.env, ...person, GIT_CONFIG_GLOBAL: '/dev/null' }, stdio: 'pipe' });
}

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function branch(name: string, change: () => void): void {
  git('checkout', '--quiet', '-b', name, 'main');
  change();
  git('add', '--all');
  git('commit', '--quiet', '--signoff', '--message', name);
}

beforeAll(() => {
  git('init', '--quiet', '--initial-branch=main');
  cpSync(join(checkout, 'tools/governor/test/packages/tini'), join(folder, line), { recursive: true });
  renameSync(join(folder, line, 'manifest.json'), join(folder, line, 'package.json'));
  write(
    'components/tini/OWNERS.yaml',
    'lifecycle: maintained\nmaintainers:\n  - { name: Ann, id: 11, registry: ann }\n  - { name: Bob, id: 12, registry: bob }\n',
  );
  write('components/tini/README.md', '# tini\n');
  cpSync(join(checkout, 'components/data-volume'), join(folder, 'components/data-volume'), { recursive: true });
  git('add', '--all');
  git('commit', '--quiet', '--signoff', '--message', 'a library');
  branch('words', () => write('components/tini/README.md', '# tini\n\nA first process.\n'));
  branch('next', () => {
    const script = 'components/data-volume/1/files/usr/lib/moby/data-volume';
    write(script, `${readFileSync(join(folder, script), 'utf8')}# another line\n`);
    write(volume, readFileSync(join(folder, volume), 'utf8').replace(/"version": "1\.0\.\d+"/, '"version": "1.0.77"'));
  });
  branch('broken', () => write(`${line}/package.json`, packageText().replace('"version": "', '"version": "v')));
});

function packageText(): string {
  return readFileSync(join(folder, line, 'package.json'), 'utf8');
}

/** What a forge would say of a branch: Ann has written it, and Bob has approved of its head. */
function factsOf(head: string): string {
  const commit = execFileSync('git', ['rev-parse', head], { cwd: folder, encoding: 'utf8' }).trim();
  const ann = { id: 11, login: 'ann' };
  const reviews = [{ id: 12, login: 'bob', state: 'approved', commit }];
  write('facts.json', JSON.stringify({ form: 1, head: commit, author: { ...ann, mergedChanges: 3 }, pusher: ann, reviews }));
  return 'facts.json';
}

async function reviewed(head: string, ...args: readonly string[]): Promise<CliRun> {
  return runCli(['review', '--base', 'main', '--head', head, ...args], { cwd: folder });
}

describe('a pull request', () => {
  test('passes, fails, or is for a person, by the exit code', async () => {
    const runs = {
      words: await reviewed('words', '--facts', factsOf('words')),
      unapproved: await reviewed('words'),
      broken: await reviewed('broken'),
      next: await reviewed('next'),
      none: await reviewed('gone'),
    };
    expect(Object.fromEntries(Object.entries(runs).map(([name, { exitCode }]) => [name, exitCode]))).toEqual({
      words: 0,
      unapproved: 3,
      broken: 1,
      next: 3,
      none: 2,
    });
    expect(runs.words.stdout).toMatch(/^pass · \d+ rules passed\n/);
    expect(runs.unapproved.stdout).toContain('nobody said who wrote this');
    expect(runs.broken.stdout).toMatch(/error +V501 strict-semver/);
    expect(runs.broken.stdout).toContain(`${line}/package.json:3:`);
    expect(runs.none.stdout).toContain('no verdict (repository): the repository has no revision `gone`');
    for (const { stderr } of Object.values(runs)) expect(stderr).toBe('');
  });

  test('is one JSON document of its schema, also without a verdict', async () => {
    for (const [head, verdict] of Object.entries({ broken: 'fail', next: 'needs-review', gone: 'tool-error' })) {
      const { stdout } = await reviewed(head, '--json');
      const document: { readonly verdict: string } = JSON.parse(stdout);
      expect(documentFindings('review-report', document)).toEqual([]);
      expect(document.verdict).toBe(verdict);
      expect((await reviewed(head, '--format', 'json')).stdout).toBe(stdout);
    }
  });

  test('is told in the other formats by the same findings', async () => {
    for (const format of ['sarif', 'github', 'junit', 'markdown']) {
      const { stdout, exitCode } = await reviewed('broken', '--format', format);
      expect(exitCode).toBe(1);
      expect(stdout, format).toContain('strict-semver');
    }
  });

  test('is judged by what its payloads are, where they are derived', async () => {
    expect((await reviewed('next')).stdout).toContain('moby-compose review --derive does it');
    const derived = await reviewed('next', '--derive', '--offline');
    expect(derived.exitCode).toBe(1);
    expect(derived.stdout).toMatch(
      /P703 digests +components\/data-volume\/1\/package\.json:\d+:\d+\n +the payload for linux\/amd64 is sha256:[0-9a-f]+ of \d+ bytes by its sources, /,
    );
    expect(derived.stdout).not.toContain('P706');
  });

  test('by a policy that can’t be read is no verdict, and by a wrong flag is wrong usage', async () => {
    write('policy.yaml', 'scopes: 7\n');
    const wrong = await reviewed('words', '--policy', 'policy.yaml');
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('policy.yaml:1:9')]);
    write('facts.json', '{\n  "form": 1,\n  "today": "2027-02-30"\n}\n');
    const untrue = await reviewed('words', '--facts', 'facts.json');
    expect([untrue.exitCode, untrue.stderr]).toEqual([2, expect.stringContaining('facts.json:3:12')]);
    const missing = await reviewed('words', '--policy', 'nothing.yaml');
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining('`nothing.yaml` can’t be read')]);
    expect((await reviewed('words', '--format', 'xml')).exitCode).toBe(2);
  });
});

test('rules are listed and explained', async () => {
  const { stdout } = await runCli(['review', 'rules']);
  expect(stdout).toMatch(/V506 +abi-bump +error +waivable by a steward/);
  const one = await runCli(['review', 'explain', 'v506']);
  expect(one.stdout).toContain('V506 abi-bump');
  expect((await runCli(['review', 'explain', 'abi-bump'])).stdout).toBe(one.stdout);
  expect((await runCli(['review', 'explain', 'X804'])).stdout).toContain('waits');
  const none = await runCli(['review', 'explain', 'Z999']);
  expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining('there is no rule `Z999`')]);
});
