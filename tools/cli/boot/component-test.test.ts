import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout, describeMachine, runCli, scratchFolder, type CliRun } from '@moby/testkit';
import { expect, test } from 'vitest';

/** Lines of this library, with other expectations; what they require comes from this one. */
function libraryWith(lines: Readonly<Record<string, readonly object[]>>): string {
  const folder = scratchFolder();
  for (const [line, expectations] of Object.entries(lines)) {
    cpSync(join(checkout, 'components', line), join(folder, 'components', line), { recursive: true });
    const file = join(folder, 'components', line, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...manifest, component: { ...manifest.component, expect: expectations } }));
  }
  mkdirSync(join(folder, 'empty'));
  return folder;
}

function componentTest(folder: string, lines: readonly string[]): Promise<CliRun> {
  const components = ['--components', '../components', '--components', join(checkout, 'components')];
  return runCli(['component', 'test', ...lines.map((line) => join('../components', line)), ...components, '--json'], {
    cwd: join(folder, 'empty'),
    timeoutMs: 280_000,
  });
}

function titles({ stdout, stderr }: CliRun): readonly string[] {
  const document = JSON.parse(stdout);
  if (document.machines === undefined) throw new Error(stdout + stderr);
  return document.machines.flatMap(({ entries }: { entries: readonly { outcome: string; title: string }[] }) =>
    entries.map(({ outcome, title }) => `${outcome}: ${title}`),
  );
}

describeMachine('component test', () => {
  test('shows a service, a library and tools in one machine, and what they are expected to do', async () => {
    const folder = libraryWith({
      'redis/8.0': [
        { tcp: 6379, send: 'PING\r\n', receive: '+PONG' },
        { run: ['redis-cli', '--version'], output: 'redis-cli 8.' },
      ],
      'zlib/1.3': [],
      'tini/0.19': [{ run: ['tini', '--version'], output: 'tini version 0.19' }],
    });
    const run = await componentTest(folder, ['redis/8.0', 'zlib/1.3', 'tini/0.19']);
    expect(titles(run)).toEqual([
      'passed: dhcp is ready',
      'passed: report is ready',
      'passed: redis is ready',
      'passed: tcp 6379: PING is answered by +PONG',
      'passed: redis was started once',
      'passed: state-redis.mts: 1 point',
      'passed: redis: its 4 files are in place',
      'passed: redis: its 2 programs and libraries can be loaded',
      'passed: redis-cli --version says redis-cli 8.',
      'passed: look-redis.mts: 3 points',
      'passed: zlib: its 2 files are in place',
      'passed: zlib: its program or library can be loaded',
      'passed: look-zlib.mts: 2 points',
      'passed: tini: its 3 files are in place',
      'passed: tini --version says tini version 0.19',
      'passed: look-tini.mts: 2 points',
      'passed: powers off cleanly',
    ]);
    expect(run.exitCode).toBe(0);
  });

  test('fails by each thing that is not as expected, and keeps what was said', async () => {
    const folder = libraryWith({
      'redis/8.0': [
        { tcp: 6379, send: 'PING\r\n', receive: '+PANG', within: '20s' },
        { run: ['redis-cli', '--nonsense'] },
        { run: ['redis-cli', '--version'], output: 'redis-cli 9.' },
        { run: ['sleepless', '1'] },
        { run: ['redis-server', '--port', '7000'], within: '3s' },
      ],
    });
    const run = await componentTest(folder, ['redis/8.0']);
    expect(run.exitCode).toBe(1);
    expect(titles(run).filter((title) => !title.startsWith('passed'))).toEqual([
      'failed: tcp 6379: PING is answered by +PANG',
      'failed: redis-cli --nonsense ends with 0',
      'failed: redis-cli --version says redis-cli 9.',
      'failed: sleepless 1 ends with 0',
      'failed: redis-server --port 7000 ends with 0',
      'failed: look-redis.mts: 6 points',
    ]);
    const { machines } = JSON.parse(run.stdout);
    const problems = machines[0].entries.flatMap(({ problem = '' }: { problem?: string }) => (problem === '' ? [] : [problem])).join('\n');
    expect(problems).toMatch(/Unrecognized option or bad number of args for: '--nonsense'/);
    expect(problems).toMatch(/it does not say that; the last that it said:\n\s*redis-cli 8\./);
    expect(problems).toMatch(/it did not end in time; the last that it said:\n(?:.*\n)*?.*Ready to accept connections/);
    expect(readFileSync(join(folder, 'empty', dirname(machines[0].assembly), 'linux-amd64/console.log'), 'utf8')).toContain(
      'service redis ready',
    );
  });
});
