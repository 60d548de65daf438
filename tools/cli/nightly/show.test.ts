import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkout, describeMachine, scratchFolder, startCli, type CliRun, type RunningCli } from '@moby/testkit';
import { expect, onTestFinished, test } from 'vitest';

const execute = promisify(execFile);

/** Downloads, three boots under emulation, and a library that is published. */
const longMs = 1_200_000;
const stepMs = 300_000;

const page = readFileSync(join(checkout, 'docs/how-to/from-a-package-to-a-machine.md'), 'utf8');

/** Somebody on a machine of their own: a home that was empty, and what was cloned. */
interface Place {
  readonly root: string;
  readonly clone: string;
  /** What was typed so far. */
  readonly typed: readonly string[];
  start(args: readonly string[], cwd?: string): RunningCli;
  run(args: readonly string[], options?: { readonly cwd?: string; readonly stdin?: string; readonly exitCode?: number }): Promise<CliRun>;
}

/** A clone of what is checked out. */
async function newcomer(): Promise<Place> {
  const root = scratchFolder();
  const clone = join(root, 'clone');
  await execute('git', ['clone', '--quiet', '--no-hardlinks', checkout, clone], { timeout: 60_000 });
  mkdirSync(join(root, 'home'));
  const env = {
    HOME: join(root, 'home'),
    XDG_CACHE_HOME: undefined,
    XDG_CONFIG_HOME: undefined,
    XDG_DATA_HOME: undefined,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'user.name',
    GIT_CONFIG_VALUE_0: 'Ann',
  };
  const typed: string[] = [];
  const start = (args: readonly string[], cwd = clone, stdin = ''): RunningCli => {
    typed.push(args.join(' '));
    return startCli(args, { cwd, env, stdin, timeoutMs: stepMs });
  };
  return {
    root,
    clone,
    typed,
    start,
    async run(args, { cwd, stdin, exitCode = 0 } = {}) {
      const run = await start(args, cwd, stdin).ended;
      expect(run.exitCode, [args.join(' '), run.stdout, run.stderr].join('\n')).toBe(exitCode);
      return run;
    },
  };
}

/** A registry on a free port, for as long as the test runs, with its steward logged in. */
async function served({ start, run }: Place): Promise<string> {
  const server = start(['registry', 'serve', '--listen', '127.0.0.1:0']);
  onTestFinished(async () => {
    server.kill('SIGTERM');
    await server.ended;
  });
  await server.seen(/^registry at .*$/m);
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(server.stderr()) ?? [];
  const password = 'a password of some length\n';
  await run(['registry', 'user', 'add', 'stella', '--role', 'steward'], { stdin: password });
  await run(['component', 'login', '--username', 'stella', '--registry', url], { stdin: password });
  return url;
}

/** What a memcached answers, line by line, until its last line is there. */
async function ask(port: number, command: string, last: RegExp): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', signal: AbortSignal.timeout(30_000) });
  let answer = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    answer += piece;
    if (last.test(answer)) socket.end();
  });
  socket.write(command);
  await once(socket, 'close');
  return answer;
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  rmSync(path);
  writeFileSync(path, bytes);
}

describeMachine('the registry, from an empty home to a machine that was assembled from it', () => {
  test(
    'memcached becomes a component, is published, assembled, reached; and a byte that was changed is named',
    { timeout: longMs },
    async () => {
      const place = await newcomer();
      const { root, clone, run } = place;
      const url = await served(place);
      const from = ['--registry', url];
      await run(['registry', 'seed', ...from]);

      const made = await run(['component', 'new', 'memcached', '--from', 'deb:memcached@trixie', '--with-libraries']);
      const lines = /component validate (.*)$/m.exec(made.stdout + made.stderr)?.[1]?.split(' ') ?? [];
      expect(lines).toContain('memcached/1.6');
      await run(['component', 'validate', ...lines]);
      await run(['component', 'build', '--check', ...lines]);
      const tested = await run(['component', 'test', 'memcached']);
      expect(tested.stdout).toMatch(/✔ tcp 11211: version is answered by VERSION/);

      await run(['key', 'new']);
      const published = await run(['component', 'publish', ...lines, ...from]);
      expect(published.stdout.match(/^published /gm)).toHaveLength(lines.length);
      // Without a library the registry knows nobody's key.
      expect(published.stdout + published.stderr).toMatch(/your statement about .*memcached.* is not passed on/);
      const [, version = ''] = /^published memcached (\S+)/m.exec(published.stdout) ?? [];
      const id = `memcached@${version}`;
      const [, file = ''] = /^published memcached .*npm: @moby\/memcached@([^)]*)/m.exec(published.stdout) ?? [];
      await run(['component', 'promote', id, ...from]);
      // As others get it: from the registry, whatever the folder has.
      const others = await run(['component', 'test', 'memcached', ...from]);
      expect(others.stdout).toMatch(/✔ tcp 11211: version is answered by VERSION/);

      const empty = join(root, 'empty');
      mkdirSync(empty);
      writeFileSync(join(empty, 'assembly.yaml'), /^```yaml\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '');
      await run(['assemble', ...from], { cwd: empty });
      expect(readFileSync(join(empty, 'assembly.lock.json'), 'utf8')).toContain(`"package": "@moby/memcached@${file}"`);
      const machine = place.start(['run', ...from, '--publish', '0:11211'], empty);
      await machine.seen(/^ready in /m);
      const [, port = ''] = /127\.0\.0\.1:(\d+) → memcached:11211/.exec(machine.stdout() + machine.stderr()) ?? [];
      expect(await ask(Number(port), 'version\r\n', /\r\n$/)).toBe(`VERSION ${version.replace(/\+.*/, '')}\r\n`);
      expect(await ask(Number(port), 'set key 0 0 5\r\nvalue\r\nget key\r\n', /END\r\n$/)).toBe(
        'STORED\r\nVALUE key 0 5\r\nvalue\r\nEND\r\n',
      );
      machine.kill('SIGINT');
      expect((await machine.ended).exitCode).toBe(0);
      await run(['verify', '.', ...from], { cwd: empty });

      // Of a payload: in the store, of which a machine was made, once what was made is not remembered.
      const cache = join(root, 'home/.cache/moby-compose');
      const manifest = readFileSync(join(clone, 'components/memcached/1.6/package.json'), 'utf8');
      const blob = join(cache, 'blobs/sha256', /"digest": "sha256:([0-9a-f]{64})"/.exec(manifest)?.[1] ?? '');
      flipByte(blob);
      rmSync(join(cache, 'memory'), { recursive: true });
      const wrongBlob = await run(['verify', id, ...from], { cwd: empty, exitCode: 1 });
      expect(wrongBlob.stdout).toContain(`wrong     payload of ${id} for linux/amd64`);
      const notMade = await run(['assemble', ...from], { cwd: empty, exitCode: 74 });
      expect(notMade.stderr).toContain(`the payload of memcached ${version}: `);
      rmSync(blob);
      await run(['assemble', ...from], { cwd: empty });

      // Of a tarball: on the registry's disk. Who has it already needs it no more; somebody else gets it from there.
      flipByte(join(root, 'home/.local/share/moby-compose/registry/packages/@moby/memcached', `memcached-${file}.tgz`));
      const wrongTarball = await run(['verify', '.', ...from], { cwd: empty, exitCode: 1 });
      expect(wrongTarball.stdout).toContain(`wrong  tarball of @moby/memcached@${file}`);
      rmSync(join(cache, 'registry'), { recursive: true });
      const refused = await run(['assemble', ...from], { cwd: empty, exitCode: 74 });
      expect(refused.stderr).toContain(`the package \`@moby/memcached@${file}\` has other bytes than its registry says`);

      // The how-to has no command that was not typed here.
      const told = [...page.matchAll(/^\S*moby-compose (.*)$/gm)].map(([, command = '']) =>
        command.replaceAll('http://127.0.0.1:4873', url).replaceAll('1.6.38+r1', version),
      );
      expect(told.length).toBeGreaterThan(10);
      expect(told.filter((command) => !place.typed.some((typed) => typed.startsWith(command)))).toEqual([]);
    },
  );
});
