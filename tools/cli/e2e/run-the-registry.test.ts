import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkout, expectGolden, removeFolder, startCli, temporaryFolder, type RunningCli } from '@moby/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onTerminal } from './on-terminal.ts';
import { atHome, change } from './publish-world.ts';
import { sharedWorld, transcript, type Visit } from './world.ts';

const world = sharedWorld();
const how = readFileSync(join(checkout, 'docs/how-to/run-the-registry.md'), 'utf8');
let scratch = '';
let served: RunningCli;
let url = '';
/** By user, what a login left in their home. */
const homes = new Map<string, string>();

/** The block of a kind below a heading, with the test's folders in place of those of a machine. */
function block(heading: string, kind: string): string {
  const [, text = ''] = new RegExp(`^## ${heading}$[\\s\\S]*?^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(how) ?? [];
  if (text === '') throw new Error(`the how-to has no ${kind} below ${heading}`);
  return text.replaceAll('/var/lib/moby-registry', join(scratch, 'registry')).replaceAll('/var/backups', scratch);
}

async function start(): Promise<void> {
  served = startCli(['registry', 'serve', '--config', join(scratch, 'registry.yaml')], {
    cwd: scratch,
    env: { XDG_CACHE_HOME: join(scratch, 'cache') },
  });
  await served.seen(/^registry at .*$/m);
  const port = /^registry at http:\/\/127\.0\.0\.1:(\d+)/m.exec(served.stderr())?.[1] ?? '';
  url = `http://127.0.0.1:${port}`;
  // Later starts take the same one: that is where tokens are for.
  const config = join(scratch, 'registry.yaml');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/^listen: .*$/m, `listen: 127.0.0.1:${port}`));
}

async function stop(): Promise<void> {
  served.kill('SIGTERM');
  expect((await served.ended).exitCode).toBe(0);
}

const user = (...args: readonly string[]): readonly string[] => ['registry', 'user', ...args, '--config', join(scratch, 'registry.yaml')];
const passwordOf = (name: string): string => `${name} has a secret`;

/** The library, and a home in which nobody is logged in. */
function nobody(): Visit {
  return atHome(world.visit());
}

/** The same, and somebody is. */
async function somebody(name: string): Promise<Visit> {
  const own = nobody();
  const file = join(own.env['HOME'] ?? '', '.npmrc');
  const known = homes.get(name);
  if (known !== undefined) {
    writeFileSync(file, known);
    return own;
  }
  const run = await own.run(['component', 'login', '--username', name, '--registry', url], { stdin: passwordOf(name) });
  expect(run.exitCode, run.stderr).toBe(0);
  homes.set(name, readFileSync(file, 'utf8'));
  return own;
}

interface Told {
  readonly exitCode: number;
  readonly args: readonly string[];
  readonly place: Visit;
  readonly stdin?: string;
}

async function golden(name: string, { exitCode, args, place, stdin = '' }: Told): Promise<void> {
  const run = await place.run(args, { stdin });
  expect(run.stdout + run.stderr).not.toContain('secret');
  expectGolden(`${name}.txt`, transcript(args, run, world, place).replaceAll(scratch, '<scratch>').replaceAll(url, '<registry>'));
  expect(run.exitCode, run.stderr).toBe(exitCode);
}

beforeAll(async () => {
  scratch = temporaryFolder();
  const config = block('For others', 'yaml')
    .replace(/^listen: .*$/m, 'listen: 127.0.0.1:0')
    .replace(/^url: .*$/m, '');
  writeFileSync(join(scratch, 'registry.yaml'), config);
  await start();
}, 60_000);
afterAll(async () => {
  served.kill('SIGKILL');
  await removeFolder(scratch);
});

describe('users', () => {
  test('are added and listed, without a password in what is said', async () => {
    const place = nobody();
    await golden('user-none', { exitCode: 0, args: user('list'), place });
    await golden('user-empty', { exitCode: 2, args: user('add', 'stella'), place });
    await golden('user-add', { exitCode: 0, args: user('add', 'stella', '--role', 'steward'), place, stdin: passwordOf('stella') });
    await golden('user-again', { exitCode: 1, args: user('add', 'stella'), place, stdin: passwordOf('stella') });
    const typed = [
      { after: 'password for ann: ', typed: `${passwordOf('ann')}\r` },
      { after: 'once more: ', typed: `${passwordOf('ann')}\r` },
    ];
    const seen = await onTerminal(place, user('add', 'ann'), typed);
    expect(seen).toContain(' is a contributor of the registry in');
    expect(seen).not.toContain('secret');
    await golden('user-list', { exitCode: 0, args: user('list'), place });
  });

  test('are known at once to a server that runs: their role, and their end', async () => {
    const [place, ann] = [nobody(), await somebody('ann')];
    const yank = ['component', 'yank', 'init@1.0.0+r1', 'for a test', '--registry', url];
    expect(await ann.run(['component', 'publish', 'init', '--registry', url])).toMatchObject({ exitCode: 0 });
    expect((await ann.run(yank)).stderr).toContain('MOBY-D403 role-may-not: `ann` is a contributor');
    await golden('user-role', { exitCode: 0, args: user('role', 'ann', 'maintainer'), place });
    expect(await ann.run(yank)).toMatchObject({ exitCode: 0 });
    await golden('user-remove', { exitCode: 0, args: user('remove', 'ann'), place });
    expect((await ann.run(['component', 'deprecate', 'init@1.0.0+r1', '', '--registry', url])).stderr).toContain('MOBY-D401');
  });
});

describe('seed', () => {
  const seed = (): readonly string[] => ['registry', 'seed', '--registry', url];

  test('goes on where it was cut off, and then has nothing to do', async () => {
    await golden('seed-nobody', { exitCode: 69, args: seed(), place: nobody() });
    const place = await somebody('stella');
    const cut = startCli(seed(), { cwd: place.folder, env: place.env });
    await served.seen(/"event":"published","name":"@moby\/(?!init)/);
    cut.kill('SIGKILL');
    await cut.ended;
    const run = await place.run([...seed(), '--json']);
    expect(run.exitCode, run.stderr).toBe(0);
    const { components, proven, lines } = JSON.parse(run.stdout);
    expect([components, lines.length]).toEqual([6, 7]);
    // Those of files alone; of the others the store has no packages.
    expect(proven).toBe(3);
    expect(lines.map(({ component }: { readonly component: string }) => component).indexOf('glibc/2.41')).toBeLessThan(
      lines.map(({ component }: { readonly component: string }) => component).indexOf('redis/8.0'),
    );
    expect(new Set(lines.map(({ state }: { readonly state: string }) => state))).toContain('as before');
    await golden('seed-again', { exitCode: 0, args: seed(), place });
  });

  test('names what differs, and leaves it as it is there', async () => {
    const place = await somebody('stella');
    change(place, 'redis/8.0', '"description": "', '"description": "Another ');
    await golden('seed-differs', { exitCode: 1, args: seed(), place });
  });

  test('tells nobody of a thing that is not in order, and sends nothing', async () => {
    const place = await somebody('stella');
    change(place, 'crun/1.21', '"license": "Apache-2.0"', '"license": "Apache-2.0", "private": true');
    await golden('seed-invalid', { exitCode: 1, args: seed(), place });
  });
});

test('what was backed up by the how-to comes back by it: versions, users, tokens, and that nothing published changes', async () => {
  const root = join(scratch, 'registry');
  const stella = await somebody('stella');
  await promisify(execFile)('sh', ['-euc', block('Back up', 'sh')]);
  const before = await (await fetch(`${url}/@moby%2fredis`)).json();

  const lines = block('Restore', 'sh').trimEnd().split('\n');
  for (const line of lines) {
    if (line === 'systemctl stop moby-registry') await stop();
    else if (line === 'systemctl start moby-registry') await start();
    else if (line.startsWith('moby-compose ')) expect((await stella.run(line.split(' ').slice(1))).exitCode, line).toBe(0);
    else await promisify(execFile)('sh', ['-euc', line]);
  }
  expect(lines).toHaveLength(6);
  expect(existsSync(`${root}.before`)).toBe(true);

  expect(await (await fetch(`${url}/@moby%2fredis`)).json()).toEqual(before);
  expect(JSON.parse((await stella.run([...user('list'), '--json'])).stdout)).toMatchObject({
    users: [{ name: 'stella', role: 'steward' }],
  });
  // The token of before, in the role of before.
  expect(await stella.run(['component', 'yank', 'runc@1.1.1+r1', 'for a test', '--registry', url])).toMatchObject({ exitCode: 0 });
  await stop();
  rmSync(join(root, 'packages/@moby/runc'), { recursive: true });
  await start();
  change(stella, 'runc/1.1', '"description": "', '"description": "Another ');
  const other = await stella.run(['component', 'publish', 'runc', '--registry', url]);
  expect([other.exitCode, other.stderr]).toEqual([1, expect.stringContaining('MOBY-D409 frozen-version')]);
});
