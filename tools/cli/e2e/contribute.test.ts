import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expectGolden, scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { passwordOf } from '../../registry-server/test/running-server.ts';
import { onTerminal } from './on-terminal.ts';
import { sharedPublishWorld } from './publish-world.ts';
import { put, transcript, type Visit } from './world.ts';

const registry = sharedPublishWorld();
const { golden } = registry;
const from = (): readonly string[] => ['--registry', registry.url];
const npmrcOf = (place: Visit): string => join(place.env['HOME'] ?? '', '.npmrc');

describe('login', () => {
  test('keeps the token for its user alone, beside what is there, and never says it', async () => {
    const place = await registry.visit();
    put(npmrcOf(place), '# mine\nregistry=https://registry.example/\n');
    const args = ['component', 'login', '--username', 'carol', ...from()];
    const run = await place.run(args, { stdin: `${passwordOf('carol')}\n` });
    expect([run.exitCode, run.stdout]).toEqual([0, `carol is logged in at ${registry.url}: the token is in ~/.npmrc\n`]);
    const [, token = ''] = /:_authToken=(.*)\n$/.exec(readFileSync(npmrcOf(place), 'utf8')) ?? [];
    expect(token.length).toBeGreaterThan(20);
    for (const secret of [token, passwordOf('carol')]) expect(run.stdout + run.stderr).not.toContain(secret);
    const key = registry.url.replace('http:', '');
    expect(readFileSync(npmrcOf(place), 'utf8')).toBe(`# mine\nregistry=https://registry.example/\n${key}/:_authToken=${token}\n`);
    expect(statSync(npmrcOf(place)).mode & 0o777).toBe(0o600);
    expect(readdirSync(place.env['HOME'] ?? '')).toEqual(['.npmrc']);
    expect((await place.run([...args, '--json'], { stdin: passwordOf('carol') })).stdout).not.toContain('ey');
  });

  test('with a wrong password, with none, or as nobody changes nothing', async () => {
    const place = await registry.visit();
    for (const [name, exitCode, args] of [
      ['login-wrong', 69, ['--username', 'carol', ...from()]],
      ['login-nobody', 2, from()],
      ['login-nowhere', 2, ['--username', 'carol']],
      ['login-bad-name', 2, ['--username', 'carol/../x', ...from()]],
      ['login-empty', 2, ['--username', 'carol', ...from()]],
    ] as const) {
      const run = await place.run(['component', 'login', ...args], { stdin: name === 'login-empty' ? '' : 'guessed by me\n' });
      expect(run.stdout + run.stderr).not.toContain('guessed by me');
      expectGolden(`${name}.txt`, transcript(['component', 'login', ...args], run, registry.world, place));
      expect(run.exitCode, name).toBe(exitCode);
    }
    expect(existsSync(npmrcOf(place))).toBe(false);
  });

  test('on a terminal asks for name and password, and shows what is typed of the first alone', async () => {
    const place = await registry.visit();
    const seen = await onTerminal(
      place,
      ['component', 'login', ...from()],
      [
        { after: 'user name at ', typed: 'carol\r' },
        { after: 'password of carol at ', typed: `${passwordOf('carol').slice(0, 3)}xx\u007f\u007f${passwordOf('carol').slice(3)}\r` },
      ],
    );
    expect(seen).toContain('carol is logged in at');
    expect(seen).not.toContain(passwordOf('carol').slice(3, 9));
    expect(readFileSync(npmrcOf(place), 'utf8')).toContain(':_authToken=');
  });

  test('is interrupted on a terminal while it waits for the password', async () => {
    const place = await registry.visit();
    const seen = await onTerminal(
      place,
      ['component', 'login', '--username', 'carol', ...from()],
      [{ after: 'password of carol', typed: 'sec\u0003' }],
    );
    expect(seen).toContain('error[interrupted]');
    expect(seen).not.toContain('sec');
    expect(existsSync(npmrcOf(place))).toBe(false);
  });
});

describe('a published version', () => {
  /** All of the library is published. */
  async function published(): Promise<Visit> {
    const mike = await registry.visit('mike');
    const run = await mike.run(['component', 'publish', 'linux', 'init', 'crun', 'runc', 'glibc', 'redis', ...from()]);
    expect(run.exitCode, run.stderr).toBe(0);
    return mike;
  }

  /** A folder with nothing but the assembly, without a lock unless it is wanted, and a cache of its own. */
  async function assembler({ isLocked = false } = {}): Promise<Visit> {
    const visit = await registry.visit();
    const folder = join(scratchFolder(), 'empty');
    mkdirSync(folder);
    cpSync(join(visit.folder, 'assemblies'), join(folder, 'assemblies'), { recursive: true });
    if (!isLocked) rmSync(join(folder, 'assemblies/web/assembly.lock.json'));
    return { ...visit, folder, run: (args, options = {}) => visit.run(args, { cwd: folder, ...options }) };
  }

  test('is promoted, and only by who may', async () => {
    const mike = await published();
    await golden('promote', 0, ['component', 'promote', 'redis@8.0.2+r1', ...from()], mike);
    await golden('promote-again', 0, ['component', 'promote', 'redis@8.0.201', ...from()], mike);
    expect((await registry.ask('/@moby%2fredis')).json['dist-tags'].latest).toBe('8.0.201');
    await golden('promote-denied', 69, ['component', 'promote', 'runc@1.1.1+r1', ...from()], await registry.visit('carol'));
    await golden('promote-nobody', 69, ['component', 'promote', 'runc@1.1.1+r1', ...from()], await registry.visit());
    await golden('promote-unknown', 1, ['component', 'promote', 'redis@8.0.3+r1', ...from()], mike);
    await golden('promote-no-version', 2, ['component', 'promote', 'redis', ...from()], mike);
  });

  test('is deprecated: who chooses it is told why', async () => {
    const mike = await published();
    await golden('deprecate', 0, ['component', 'deprecate', 'redis@8.0.2+r1', 'the next one is better', ...from()], mike);
    const run = await (await assembler()).run(['resolve', 'web', ...from()]);
    expect([run.exitCode, run.stderr]).toEqual([0, expect.stringContaining('the next one is better')]);
    await golden('deprecate-none', 0, ['component', 'deprecate', 'redis@8.0.2+r1', '', ...from()], mike);
    expect((await (await assembler()).run(['resolve', 'web', ...from()])).stderr).not.toContain('the next one is better');
    await golden('deprecate-yank', 2, ['component', 'deprecate', 'redis@8.0.2+r1', '[yanked] no', ...from()], mike);
  });

  test('is yanked: nobody chooses it any more', async () => {
    const mike = await published();
    await golden('yank', 0, ['component', 'yank', 'glibc@2.41.0+r1', 'loses data', ...from()], mike);
    await golden('yank-again', 0, ['component', 'yank', 'glibc@2.41.0+r1', 'loses data', ...from()], mike);
    const run = await (await assembler()).run(['resolve', 'web', ...from()]);
    expect([run.exitCode, run.stderr]).toEqual([1, expect.stringContaining('glibc@>=2.38 is yanked')]);
    const locked = await (await assembler({ isLocked: true })).run(['resolve', 'web', ...from()]);
    expect([locked.exitCode, locked.stderr]).toEqual([0, expect.stringContaining('glibc 2.41.0+r1 is yanked: loses data')]);
    await golden('yank-without', 2, ['component', 'yank', 'glibc@2.41.0+r1', ' ', ...from()], mike);
    expect((await mike.run(['component', 'deprecate', 'glibc@2.41.0+r1', '', ...from()])).exitCode).toBe(0);
    expect((await (await assembler()).run(['resolve', 'web', ...from()])).exitCode).toBe(0);
  });

  test('belongs to somebody, and it is said where that is decided', async () => {
    const mike = await published();
    put(
      join(mike.folder, 'components/redis/OWNERS.yaml'),
      'lifecycle: maintained\nmaintainers:\n  - name: Mike\n    github: mike-m\n    registry: mike\n    keys: [MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==]\n  - name: Ada\n',
    );
    await golden('owner', 0, ['component', 'owner', 'redis'], mike);
    await golden('owner-registry', 0, ['component', 'owner', 'redis', ...from()], mike);
    await golden('owner-nowhere', 1, ['component', 'owner', 'redsi', ...from()], mike);
    put(join(mike.folder, 'components/redis/OWNERS.yaml'), 'lifecycle: maintained\n');
    await golden('owner-invalid', 1, ['component', 'owner', 'redis'], mike);
  });
});
