import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicy } from '@moby/governor';
import { review } from '@moby/governor/review';
import { expectGolden, normalise, runCli, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { git } from '../../governor/test/collect/native-git.ts';
import { put } from './world.ts';

const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Ann' };

test('a library of another scope begins whole, keeps what is there, and is judged by its own policy', async () => {
  const folder = join(scratchFolder(), 'acme');
  put(join(folder, '.github/workflows/review.yml'), '# ours\n');
  const told: string[] = [];
  const run = async (args: readonly string[]): Promise<number | undefined> => {
    const done = await runCli(args, { cwd: folder, env });
    told.push(normalise(`$ moby-compose ${args.join(' ')}\n${done.stdout}${done.stderr}exit ${done.exitCode}\n`, { folder }));
    return done.exitCode;
  };
  expect(await run(['review', 'init', '--scope', '@Acme'])).toBe(2);
  expect(await run(['review', 'init', '--scope', '@acme'])).toBe(0);
  expect(await run(['review', 'init', '--scope', '@other', '--steward', 'Bob'])).toBe(0);
  expectGolden('review-init.txt', told.join('\n'));
  expect(readFileSync(join(folder, '.github/workflows/review.yml'), 'utf8')).toBe('# ours\n');
  const policy = await readPolicy(readFileSync(join(folder, 'docs/governance/policy.yaml'), 'utf8'));
  expect(policy.ok && [policy.value.scopes, policy.value.roles.steward]).toEqual([['@acme'], [{ name: 'Ann' }]]);
  for (const script of ['.ci/review', '.ci/pre-receive']) {
    expect(statSync(join(folder, script)).mode & 0o111).not.toBe(0);
    execFileSync('sh', ['-n', join(folder, script)]);
  }
  expect(readdirSync(join(folder, '.ci'))).toEqual(['pre-receive', 'review']);

  git(folder, 'init', '-q');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-qm', 'a library');
  expect(await run(['component', 'new', 'greeter'])).toBe(0);
  expect(readFileSync(join(folder, 'components/greeter/1/package.json'), 'utf8')).toContain('"name": "@acme/greeter"');
  git(folder, 'checkout', '-qb', 'greeter');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-qm', 'a component');
  const report = await review({ folder, base: 'main', head: 'greeter', today: '2027-01-31' });
  const rules = report.findings.map(({ rule }) => rule);
  expect(report.verdict).not.toBe('tool-error');
  // The scope is the library's own: it is neither somebody else's nor a new one.
  expect(rules.filter((rule) => ['MOBY-N301', 'MOBY-N305', 'MOBY-N306', 'MOBY-S103'].includes(rule))).toEqual([]);

  put(join(folder, 'docs/governance/policy.yaml'), "scopes: ['@others']\n");
  git(folder, 'checkout', '-q', 'main');
  git(folder, 'commit', '-aqm', 'another scope');
  const foreign = await review({ folder, base: 'main', head: 'greeter', today: '2027-01-31' });
  expect(foreign.findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['MOBY-N305', 'MOBY-N306']));
});
