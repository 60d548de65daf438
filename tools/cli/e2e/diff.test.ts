import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentFindings, expectGolden } from '@moby/testkit';
import { makeWorld, transcript, webAssembly, type Visit, type World } from './world.ts';

let world: World;
let place: () => Visit;
beforeAll(async () => {
  world = await makeWorld();
  place = () => world.visit();
}, 120_000);
afterAll(() => world.close());

const replaced = ['diff', 'web', '--replace', 'crun=runc'] as const;
const wider = webAssembly.replace(
  '    ports: ["6379:6379"]\n',
  '    ports: ["6379:6379", "16379:6379"]\n    capabilities: [CAP_SYS_NICE]\n',
);

test('a try is compared with the lock; sizes of artifacts are told once both were made', async () => {
  const here = place();
  await here.run(['assemble', 'web']);
  const before = await here.run(replaced);
  await here.run(['assemble', 'web', '--replace', 'crun=runc']);
  const after = await here.run(replaced);
  const text = [before, after].map((run) => transcript(replaced, run, world, here)).join('\n');
  // Two runtimes of a few bytes: whether their sizes differ as they are written is of no interest here.
  expectGolden('diff.txt', text.replaceAll('<size> → <size>', '<size>'));
  const json = await here.run([...replaced, '--json']);
  const document: { readonly components: readonly { readonly name: string; readonly change: string }[] } = JSON.parse(json.stdout);
  expect(documentFindings('diff', document)).toEqual([]);
  expect(document.components.map(({ name, change }) => `${change} ${name}`)).toEqual(['gone crun', 'new runc']);
});

test('a difference is no error unless it is asked for', async () => {
  const here = place();
  await here.run(['assemble', 'web']);
  expect((await here.run(['diff', 'web', '--exit-code'])).exitCode).toBe(0);
  expect((await here.run(replaced)).exitCode).toBe(0);
  expect((await here.run([...replaced, '--exit-code'])).exitCode).toBe(1);
});

test('an edit of the assembly is told, and nothing is made up about what it gave before', async () => {
  const here = place();
  here.write('assemblies/web/assembly.yaml', wider);
  const run = await here.run(['diff', 'web', '--with', 'runc@^1.1', '--without', 'crun']);
  expectGolden('diff-edited.txt', transcript(['diff', 'web', '--with', 'runc@^1.1', '--without', 'crun'], run, world, here));
});

test('two locks are compared wherever they lie; what the library has no more is said', async () => {
  const here = place();
  await here.run(['assemble', 'web']);
  const lock = readFileSync(join(here.folder, 'assemblies/web/assembly.lock.json'), 'utf8');
  here.write('old.lock.json', lock.replaceAll('8.0.2+r1', '8.0.1+r1'));
  const args = ['diff', 'old.lock.json', 'web'];
  const run = await here.run(args);
  expectGolden('diff-locks.txt', transcript(args, run, world, here));
  here.write('broken.lock.json', '{ "lockfile": 1 }');
  expect((await here.run(['diff', 'broken.lock.json', 'web'])).exitCode).toBe(1);
  expect((await here.run(['diff', 'no.lock.json', 'web'])).stderr).toContain('there is no lock `no.lock.json`');
});

test('what can’t be meant is refused', async () => {
  const here = place();
  rmSync(join(here.folder, 'assemblies/web/assembly.lock.json'));
  const noLock = await here.run(['diff', 'web']);
  expect([noLock.exitCode, noLock.stderr]).toEqual([1, expect.stringContaining('moby-compose assemble web')]);
  const alone = await here.run(['diff', 'old.lock.json']);
  expect([alone.exitCode, alone.stderr]).toEqual([2, expect.stringContaining('name the one that it is compared with')]);
  const varied = await here.run(['diff', 'web', 'web', '--with', 'runc']);
  expect([varied.exitCode, varied.stderr]).toEqual([2, expect.stringContaining('two locks are compared')]);
});
