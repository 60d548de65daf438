import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkout, expectGolden, type ArchiveSpec, type CliRun } from '@moby/testkit';
import { beforeEach, expect, test } from 'vitest';
import { git } from '../../governor/test/collect/native-git.ts';
import { newArchive } from './new-archive.ts';
import { archiveSpec, put, sharedWorld, transcript, type Visit } from './world.ts';

const execute = promisify(execFile);
const world = sharedWorld();

/** The archive with packages of other versions; what it had is gone. */
function later(versions: Readonly<Record<string, string>>): ArchiveSpec {
  const { trixie, ...others } = archiveSpec.suites;
  const packages = (trixie?.packages ?? []).map((input) => ({ ...input, version: versions[input.package] ?? input.version }));
  return { suites: { ...others, trixie: { packages } } };
}

const policy = `# Ours.
scopes: ['@moby']
suites: [bookworm, trixie]
waivers:
  - { rule: MOBY-V506, package: '@moby/redis', until: 2026-12-31, by: steward, reason: they move together, dependents: [x] }
  - { rule: MOBY-V506, package: '@moby/redis', until: 2027-12-31, by: steward, reason: they move together, dependents: [x] }
`;

/** The library as a clone, with a waiver that is over and a component that nobody answers for. */
function clone(): Visit {
  const place = world.visit();
  put(join(place.folder, 'docs/governance/policy.yaml'), policy);
  put(
    join(place.folder, 'components/runc/OWNERS.yaml'),
    'lifecycle: orphaned\nmaintainers: [{ name: nobody }]\nhistory: [{ from: maintained, to: orphaned, change: 1, actor: 7, date: 2026-12-01 }]\n',
  );
  git(place.folder, 'init', '-q');
  git(place.folder, 'add', '-A');
  git(place.folder, 'commit', '-qm', 'a library');
  return place;
}

const sweep = ['review', 'sweep', '--author', 'Sweep <sweep@example.com>', '--date', '2027-01-31'];

/** Which of them it is belongs to the rules’ own tests. */
const verdict = /\b(?:pass|fail|needs-review)\b/;

interface Told {
  readonly branches: readonly {
    readonly branch: string;
    readonly action: string;
    readonly commit: string;
    readonly files: readonly string[];
    readonly review: { readonly verdict: string; readonly head: string; readonly findings: readonly { readonly rule: string }[] };
  }[];
}

async function swept(place: Visit, ...more: readonly string[]): Promise<Told['branches']> {
  const run = await place.run([...sweep, ...more, '--json']);
  const told: unknown = JSON.parse(run.stdout);
  if (!isTold(told)) throw new Error(run.stdout + run.stderr);
  return told.branches;
}

function isTold(told: unknown): told is Told {
  return typeof told === 'object' && told !== null && 'branches' in told;
}

function branches({ folder }: Visit): string {
  return git(folder, 'for-each-ref', '--format=%(refname:short)');
}

function golden(name: string, args: readonly string[], run: CliRun, place: Visit): void {
  const text = transcript(args, run, world, place);
  expectGolden(`${name}.txt`, text.replaceAll(new RegExp(`(written|updated|left) +${verdict.source}`, 'g'), '$1  VERDICT'));
}

beforeEach(async () => {
  await world.archive.publish(later({ 'redis-tools': '5:8.0.2-4' }));
});

test('what is due is listed, then written as signed-off and judged commits on branches, and nothing else is touched', async () => {
  const place = clone();
  const dry = [...sweep, '--dry-run'];
  golden('sweep-dry', dry, await place.run(dry), place);
  expect(branches(place)).toBe('main\n');

  const bare = join(place.folder, '../library.git');
  git(place.folder, 'clone', '-q', '--bare', '--no-local', place.folder, bare);
  const index = readFileSync(join(place.folder, '.git/index'));
  golden('sweep', sweep, await place.run(sweep), place);
  expect(branches(place)).toBe('main\nsweep/expired-waivers\nsweep/update-redis-8.0\n');
  expect(existsSync(join(place.cache, 'moby-compose/review/library-index.json'))).toBe(true);
  expect([git(place.folder, 'status', '--porcelain'), git(place.folder, 'symbolic-ref', 'HEAD')]).toEqual(['', 'refs/heads/main\n']);
  expect(readFileSync(join(place.folder, '.git/index')).equals(index)).toBe(true);
  expect(git(place.folder, 'fsck', '--strict', '--no-dangling')).toBe('');
  expect(git(place.folder, 'show', '--name-status', '--format=%B', 'sweep/update-redis-8.0').replaceAll(/[0-9a-f]{40}/g, 'OID')).toBe(
    `build(redis/8.0): newer packages

redis/8.0: 8.0.2+r1 to 8.0.2+r2
- redis-tools 5:8.0.2-3 to 5:8.0.2-4, for linux/amd64
- the archive has dropped redis-tools 5:8.0.2-3

Swept-From: OID
Swept-Tree: OID
Signed-off-by: Sweep <sweep@example.com>


M\tassemblies/web/assembly.lock.json
M\tcomponents/redis/8.0/package.json
`,
  );
  expect(git(place.folder, 'show', 'sweep/expired-waivers:docs/governance/policy.yaml')).toBe(policy.replace(/ {2}- .*2026-12-31.*\n/, ''));

  // The same library, archive and day give the same commits, wherever they are written.
  await swept(place, '--repo', bare);
  expect(git(bare, 'show-ref')).toBe(git(place.folder, 'show-ref'));

  // The branch holds what `component update` makes of the library.
  const updated = await place.run(['component', 'update', 'redis/8.0']);
  expect(updated.exitCode).toBe(0);
  expect(git(place.folder, 'diff', 'sweep/update-redis-8.0')).toBe('');
});

test('a second sweep leaves what is there, moves on what is its own, and never what somebody has worked on', async () => {
  const place = clone();
  const first = await swept(place);
  expect(first.map(({ branch, action }) => [branch, action])).toEqual([
    ['sweep/expired-waivers', 'written'],
    ['sweep/update-redis-8.0', 'written'],
  ]);
  for (const { commit, review } of first) expect([review.head, review.verdict]).toEqual([commit, expect.stringMatching(verdict)]);
  const again = await swept(place);
  expect(again.map(({ action, commit }) => [action, commit])).toEqual(first.map(({ commit }) => ['left', commit]));

  await world.archive.publish(later({ 'redis-tools': '5:8.0.2-5' }));
  const rulesOf = (one: Told['branches'][number] | undefined): readonly string[] => one?.review.findings.map(({ rule }) => rule) ?? [];
  // The waiver that is over stands against the component until it is gone.
  expect(rulesOf(first[1])).toContain('MOBY-R904');
  git(place.folder, 'merge', '-q', '--ff-only', 'sweep/expired-waivers');
  const [moved] = await swept(place, '--branch', 'sweep/update-redis-8.0');
  expect(rulesOf(moved)).not.toContain('MOBY-R904');
  expect([moved?.action, moved?.commit]).toEqual(['updated', git(place.folder, 'rev-parse', 'sweep/update-redis-8.0').trim()]);
  expect(git(place.folder, 'rev-parse', 'sweep/update-redis-8.0^')).toBe(git(place.folder, 'rev-parse', 'main'));

  await world.archive.publish(later({ 'redis-tools': '5:8.0.2-6' }));
  git(place.folder, 'checkout', '-q', 'sweep/update-redis-8.0');
  put(join(place.folder, 'components/redis/README.md'), '# redis\n\nby hand\n');
  git(place.folder, 'commit', '-aq', '--amend', '--no-edit');
  git(place.folder, 'checkout', '-q', 'main');
  const theirs = git(place.folder, 'rev-parse', 'sweep/update-redis-8.0');
  const only = [...sweep, '--branch', 'sweep/update-redis-8.0'];
  const run = await place.run(only);
  golden('sweep-others', only, run, place);
  expect([run.exitCode, git(place.folder, 'rev-parse', 'sweep/update-redis-8.0')]).toEqual([1, theirs]);
});

test('one that can’t be updated is told, and the rest goes on', async () => {
  await world.archive.publish(later({ 'redis-tools': '5:8.2.0-1', libc6: '2.41-13' }));
  const place = clone();
  const lock = join(place.folder, '.git/refs/heads/sweep/update-glibc-2.41.lock');
  const run = await place.run(sweep);
  golden('sweep-left-line', sweep, run, place);
  expect([run.exitCode, branches(place)]).toEqual([1, 'main\nsweep/expired-waivers\nsweep/update-glibc-2.41\n']);

  git(place.folder, 'branch', '-D', 'sweep/update-glibc-2.41');
  writeFileSync(lock, '');
  const [held] = await swept(place, '--branch', 'sweep/update-glibc-2.41');
  expect([held?.action, existsSync(lock), branches(place)]).toEqual(['refused', true, 'main\nsweep/expired-waivers\n']);
});

test('without any archive it has not taken place', async () => {
  const place = clone();
  world.server.setFaults([{ path: 'InRelease', kind: 'status', status: 500 }]);
  try {
    const one = [...sweep, '--branch', 'sweep/update-redis-8.0'];
    const run = await place.run(one);
    golden('sweep-no-network', one, run, place);
    expect([run.exitCode, branches(place)]).toEqual([69, 'main\n']);
  } finally {
    world.server.setFaults([]);
  }
});

test('says what it can’t sweep', async () => {
  const place = clone();
  const args = (...more: readonly string[]): readonly string[] => ['review', 'sweep', '--dry-run', ...more];
  const told = [];
  for (const more of [['--repo', 'components'], ['--base', 'nope'], []])
    told.push(
      transcript(
        args(...more),
        await place.run(args(...more), { env: { SOURCE_DATE_EPOCH: more.length === 0 ? 'x' : '1' } }),
        world,
        place,
      ),
    );
  const nobody = ['review', 'sweep'];
  told.push(
    transcript(
      nobody,
      await place.run(nobody, { env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', HOME: place.cache } }),
      world,
      place,
    ),
  );
  expectGolden('sweep-refused.txt', told.join('\n'));
});

test('every command of the how-to works as it stands', async () => {
  const page = readFileSync(join(checkout, 'docs/how-to/run-a-library.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) =>
    block.replaceAll('memcached', 'greeter').replaceAll('1.6', '1.2'),
  );
  const place = world.visit();
  const programs = join(place.folder, '../programs');
  put(
    join(programs, 'npx'),
    `#!/bin/sh\nwhile [ "$1" = --yes ]; do shift; done\nshift\nexec '${process.execPath}' '${join(checkout, 'tools/cli/bin/run.js')}' "$@"\n`,
  );
  chmodSync(join(programs, 'npx'), 0o755);
  const env = {
    ...place.env,
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    HOME: programs,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(programs, 'gitconfig'),
  };
  put(env.GIT_CONFIG_GLOBAL, '[user]\n\tname = Ann\n\temail = ann@example.com\n');
  await world.archive.publish(newArchive());
  let folder = programs;
  for (const block of blocks) {
    if (block.includes('sweep')) await world.archive.publish(withNewerGreeter());
    // A verdict for a person, or against it, is none of the commands' fault; the script for other CI says the same.
    const script = block.replace(
      /^(npx moby-compose review --base main)$/m,
      '$1 > ../told || [ $? -ne 2 ]\n.ci/review main > ../again || [ $? -ne 2 ]\ncmp ../told ../again\ntest -s ../told',
    );
    const run = await execute('sh', ['-e', '-c', script], { cwd: folder, env }).catch((error: unknown) => error);
    expect(run instanceof Error ? [script, run.message, JSON.stringify(run)].join('\n') : '').toBe('');
    folder = join(programs, 'acme');
  }
  expect(git(folder, 'log', '-1', '--format=%s%n%an', 'sweep/update-greeter-1.2')).toBe('build(greeter/1.2): newer packages\nAnn\n');
});

/** A day later there is another build of the same sources. */
function withNewerGreeter(): ArchiveSpec {
  const { trixie, ...others } = newArchive().suites;
  const packages = (trixie?.packages ?? []).map((input) =>
    input.version === '1.2.3+dfsg-3' ? { ...input, version: '1.2.3+dfsg-4' } : input,
  );
  return { suites: { ...others, trixie: { packages } } };
}
