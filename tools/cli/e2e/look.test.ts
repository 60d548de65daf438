import { expect, test } from 'vitest';
import { expectGolden } from '@moby/testkit';
import { sharedWorld, transcript, type Visit } from './world.ts';

const world = sharedWorld();
const place = (): Visit => world.visit();

const looks: Readonly<Record<string, readonly string[]>> = {
  'list-components': ['list', 'components'],
  'list-assemblies': ['list', 'assemblies'],
  info: ['info', 'redis'],
  'info-unknown': ['info', 'redsi'],
  why: ['why', 'glibc', '--in', 'web'],
  'why-unknown': ['why', 'glibcc', '--in', 'web'],
  resolve: ['resolve', 'web'],
  'resolve-json': ['resolve', 'web', '--json'],
  check: ['check', 'web', '--edges'],
  'check-variation': ['check', 'web', '--replace', 'crun=runc'],
  'component-validate': ['component', 'validate', 'redis', 'glibc/2.41'],
  'store-verify': ['store', 'verify'],
};

for (const [name, args] of Object.entries(looks)) {
  test(`moby-compose ${args.join(' ')}`, async () => {
    const here = place();
    const run = await here.run(args);
    expectGolden(`${name}.txt`, transcript(args, run, world, here));
    expect(run.exitCode).toBe(name.endsWith('-unknown') ? 1 : 0);
  });
}

test('a variation leaves the lock alone, and goes to a folder of its own', async () => {
  const here = place();
  const plain = await here.run(['assemble', 'web', '--json']);
  const varied = await here.run(['assemble', 'web', '--replace', 'crun=runc', '--json']);
  const documents: readonly {
    readonly folder: string;
    readonly lock: { readonly state: string };
    readonly components: { readonly machine: object };
  }[] = [plain, varied].map(({ stdout }) => JSON.parse(stdout));
  expect(documents[1]?.lock.state).toBe('left alone');
  expect(documents[1]?.folder).not.toBe(documents[0]?.folder);
  expect(Object.keys(documents[1]?.components.machine ?? {})).toEqual(['init', 'linux', 'runc']);
});

test('doctor tells each finding with its fix, and fails where a command would', async () => {
  const here = place();
  const run = await here.run(['doctor', '--json', '--debian-mirror', 'http://127.0.0.1:9/debian'], { env: { PATH: '/nowhere' } });
  const {
    ok,
    findings,
  }: {
    readonly ok: boolean;
    readonly findings: readonly { readonly subject: string; readonly status: string; readonly fixes: readonly string[] }[];
  } = JSON.parse(run.stdout);
  expect(run.exitCode).toBe(1);
  expect(ok).toBe(false);
  const wrong = findings.filter(({ status }) => status !== 'ok');
  expect(wrong.map(({ subject }) => subject)).toEqual(['git', 'mirror', 'qemu']);
  expect(wrong.every(({ fixes }) => fixes.length > 0)).toBe(true);
});
