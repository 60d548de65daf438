import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseManifest, type ManifestJson } from '@moby/model';
import { expectGolden, scratchFolder, serveFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { openContentStore } from '@moby/content';
import { buildComponent } from '../../src/author/build-component.ts';
import { openPayloadReader } from '../../src/author/open-payload-reader.ts';
import { clashOf } from '../../src/author/test-guest/clash-of.ts';
import { guestComponent } from '../../src/author/test-guest/guest-component.ts';
import { lookArguments } from '../../src/author/test-guest/look-arguments.ts';
import { planTestGuest, type ShownComponent } from '../../src/author/test-guest/plan-test-guest.ts';

const look = new URL('../../data/look.mts', import.meta.url).pathname;

async function shown(name: string, part: Partial<ManifestJson['component']>, files: readonly string[] = []): Promise<ShownComponent> {
  const digest = `sha256:${'1'.repeat(64)}`;
  const component = {
    kind: 'tool',
    category: 'test',
    upstream: { version: '1.2.3', license: 'MIT' },
    payload: { form: 1, platforms: { 'linux/amd64': { sources: [], digest, size: 1024 } } },
    ...part,
  };
  const text = JSON.stringify({ name: `@moby/${name}`, version: '1.2.301', description: name, license: 'MIT', component });
  const judged = await parseManifest({ file: `${name}/package.json`, text });
  if (!judged.ok) throw new Error(judged.findings.map(({ message }) => message).join('\n'));
  return { manifest: judged.value, folder: `/components/${name}/1.2`, facts: undefined, files };
}

const daemon = { args: ['/usr/sbin/d'], ports: [7400], ready: { tcp: 7400 } };

test('a guest is an assembly of what is tested, what that talks to, and looks into what nothing comes up of', async () => {
  const components = [
    await shown('greeter', { kind: 'service', service: daemon, expect: [{ tcp: 7400, send: 'hi\r\n', receive: 'hello', within: '5m' }] }),
    await shown('jq', { expect: [{ run: ['jq', '--version'], output: 'jq-1.2' }, { console: 'service report ready' }] }, [
      '/usr/bin/jq',
      "/usr/share/it's here",
    ]),
    await shown('runc', { kind: 'runtime', runtime: { program: '/usr/bin/runc' } }, ['/usr/bin/runc']),
  ];
  const peers = [(await shown('volume', { kind: 'task', service: { args: ['/usr/bin/mount', 'data'], diskArgument: 1 } })).manifest];
  const { files } = planTestGuest({ name: 'greeter-jq-runc', components, peers, platform: 'linux/amd64' });
  const text = Object.entries(files).map(([path, content]) => `--- ${path}\n${content}`);
  expectGolden('test-guest.txt', text.join(''));
});

test('the component of a guest is what its bytes are', async () => {
  const folder = join(scratchFolder(), 'test-guest/1');
  const { packageText, factsText } = guestComponent('linux/amd64');
  put(folder, 'package.json', packageText);
  put(folder, 'facts.json', factsText);
  const store = openContentStore(scratchFolder());
  const payloads = openPayloadReader({ store, download: () => Promise.reject(new Error('nothing is downloaded')), warn: () => undefined });
  const { findings } = await buildComponent({ folder, check: true, payloads });
  expect(findings.filter(({ code }) => code === 'payload-differs')).toEqual([]);
  expect(JSON.parse(factsText)).toMatchObject({ platforms: { 'linux/amd64': { unpackedBytes: 0 } } });
});

test('what clashes by its manifest is said: a name, a kind of which a machine has one, a port', async () => {
  const [greeter, other] = [
    await shown('greeter', { kind: 'service', service: daemon }),
    await shown('other', { expect: [{ http: 7400 }] }),
  ];
  const runtimes = await Promise.all(
    ['crun', 'runc'].map((name) => shown(name, { kind: 'runtime', runtime: { program: `/usr/bin/${name}` } })),
  );
  const [crun, runc] = runtimes;
  if (crun === undefined || runc === undefined) throw new Error('there are two runtimes');
  expect(clashOf(greeter, other)).toBe('other 1.2.3+r1 listens on port 7400, too');
  expect(clashOf(greeter, greeter)).toBe('greeter 1.2.3+r1 is in the other');
  expect(clashOf(runc, crun)).toBe('a machine has one runtime, and crun 1.2.3+r1 is in the other');
  expect(clashOf(greeter, crun)).toBe(undefined);
});

test('a look asks no more than fits into its arguments, and says how much that is', () => {
  const files = Array.from({ length: 20_000 }, (_, index) => `/usr/share/words/${String(index).padStart(60, '0')}`);
  const run = { kind: 'run', args: ['w', "it's"], withinMs: 1500 } as const;
  const { args, files: asked } = lookArguments({ files, loads: [{ path: '/usr/bin/w' }], runs: [run] }, 'linux/amd64');
  expect(args.length).toBeLessThanOrEqual(200);
  expect(Math.max(...args.map(({ length }) => length))).toBeLessThanOrEqual(4096);
  expect(args.slice(5).join('\n').split('\n').length - 2).toBe(asked);
  expect([asked > 5000, asked < files.length]).toEqual([true, true]);
  expect(args[5]?.split('\n').slice(0, 2)).toEqual(['load /lib64/ld-linux-x86-64.so.2 /usr/bin/w', String.raw`run 2 w 'it'\''s'`]);
});

describe('what the scripts of a guest judge', () => {
  /** Runs `judgeRoot` or `judgeService` over what a machine would serve; points with their outcome, and what is said of those that fail. */
  async function judged(verb: 'judgeRoot' | 'judgeService', question: object, served: Readonly<Record<string, string>>): Promise<string> {
    const folder = scratchFolder();
    for (const [path, content] of Object.entries(served)) put(join(folder, 'srv'), path, content);
    const server = await serveFolder(join(folder, 'srv'));
    put(folder, 'look.mts', readFileSync(look, 'utf8'));
    const address = server.url.replace(/\/$/, '');
    put(folder, 'script.mts', `import { ${verb} } from './look.mts';\n${verb}(${JSON.stringify({ ...question, address })});\n`);
    const args = ['--no-warnings', '--test-reporter=tap', join(folder, 'script.mts')];
    const tap = await new Promise<string>((resolve) => execFile(process.execPath, args, (_, stdout) => resolve(stdout)));
    await server.close();
    return tap;
  }

  const root = {
    name: 'jq',
    container: 'look-jq',
    files: 2,
    loads: ['/usr/bin/jq'],
    runs: [{ command: 'jq --version', output: 'jq-1' }, { command: 'jq' }],
  };
  const passed = ['load /usr/bin/jq', ' libc.so.6 => /lib/libc.so.6', 'rc 0', 'run', ' jq-1.7', 'rc 0', 'run', 'rc 0', 'looked', ''];
  const state = { 'state/look-jq/state': 'stopped\n' };

  test('a root in which all is well', async () => {
    const tap = await judged('judgeRoot', root, { ...state, 'log/look-jq': passed.join('\n') });
    expect(pointsOf(tap)).toEqual([
      'ok jq: its 2 files are in place',
      'ok jq: its program or library can be loaded',
      'ok jq --version says jq-1',
      'ok jq ends with 0',
    ]);
  });

  test.each([
    ['a file that is missing', 'its 2 files', ['missing /usr/bin/jq', ...passed], '1 missing:'],
    [
      'a library that is not found',
      'can be loaded',
      passed.map((line) => line.replace('/lib/libc.so.6', 'not found')),
      'libc.so.6 => not found',
    ],
    ['a loader that refuses', 'can be loaded', ['load /usr/bin/jq', ' no', 'rc 127', ...passed.slice(3)], 'the loader ended with 127'],
    ['a file that was never loaded', 'can be loaded', passed.slice(3), 'it was not loaded'],
    ['a program that says something else', 'says jq-1', passed.map((line) => line.replace('jq-1.7', 'rc 0')), 'it does not say that'],
    ['a program that fails', 'jq ends', [...passed.slice(0, -3), 'rc 3', 'looked'], 'it ended with 3'],
    ['a program that does not end', 'jq ends', [...passed.slice(0, -3), 'rc 137', 'looked'], 'it did not end in time'],
    ['a look that ended too early', 'its 2 files', passed.filter((line) => line !== 'looked'), 'ended too early'],
  ])('%s', async (_, point, log, said) => {
    const tap = await judged('judgeRoot', root, { ...state, 'log/look-jq': log.join('\n') });
    expect(pointsOf(tap).find((one) => one.includes(point))).toMatch(/^not ok /);
    expect(tap).toContain(said);
  });

  const states = (of: string, rc: string, restarts: string): Readonly<Record<string, string>> => ({
    'state/d/state': `${of}\n`,
    'state/d/rc': `${rc}\n`,
    'state/d/restarts': `${restarts}\n`,
    'log/d': 'its last words\n',
  });

  test.each([
    ['is ready', states('ready', '', '0'), 'ok d was started once'],
    ['has done its work', states('stopped', '0', '0'), 'ok d was started once'],
    ['was started again', states('ready', '1', '2'), 'not ok d was started once'],
    ['has stopped with an error', states('stopped', '1', '0'), 'not ok d was started once'],
    ['is unknown', {}, 'not ok d was started once'],
  ])('a service that %s', async (_, served, point) => {
    const tap = await judged('judgeService', { name: 'd', isProbed: true }, served);
    expect(pointsOf(tap)).toEqual([point]);
    if (point.startsWith('not') && Object.keys(served).length > 0) expect(tap).toContain('its last words');
  });
});

function pointsOf(tap: string): readonly string[] {
  return [...tap.matchAll(/^((?:not )?ok) \d+ - (.*)$/gm)].map(([, outcome = '', name = '']) => `${outcome} ${name}`);
}

function put(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
