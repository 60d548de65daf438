import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentFindings, expectGolden } from '@moby/testkit';
import { sharedWorld, transcript, webAssembly, type Visit } from './world.ts';

const world = sharedWorld();
const place = (): Visit => world.visit();

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

/** What runc's manifest says besides. */
function declare(here: Visit, line: string): void {
  const file = 'components/runc/1.1/package.json';
  here.write(file, readFileSync(join(here.folder, file), 'utf8').replace('"kind": "runtime",', `"kind": "runtime",\n    ${line},`));
}

test('of two locks versions, sizes, privileges, ports and verdicts are told', async () => {
  const here = place();
  declare(here, '"kernel": { "config": { "wants": [{ "options": ["USER_NS"], "reason": "user namespaces" }] } }');
  here.write(
    'assemblies/wide/assembly.yaml',
    wider.replace('name: web', 'name: wide').replace('{ "runtime:oci": crun }', '{ "runtime:oci": runc }'),
  );
  await here.run(['assemble', 'web']);
  await here.run(['assemble', 'wide']);
  const runs = [
    ['diff', 'web', 'wide'],
    ['diff', 'assemblies/wide/assembly.lock.json', 'assemblies/web/assembly.lock.json'],
  ] as const;
  const texts: string[] = [];
  for (const args of runs) texts.push(transcript(args, await here.run(args), world, here));
  expectGolden('diff-two-locks.txt', texts.join('\n').replaceAll('<size> → <size>', '<size>'));
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

test('a try that does not fit is compared too, with the rule that refuses it', async () => {
  const here = place();
  await here.run(['assemble', 'web']);
  const file = 'components/runc/1.1/package.json';
  here.write(
    file,
    readFileSync(join(here.folder, file), 'utf8').replace('"kind": "runtime",', '"kind": "runtime",\n    "exec": ["newuidmap"],'),
  );
  const run = await here.run(replaced);
  expectGolden('diff-refused.txt', transcript(replaced, run, world, here));
  const json = await here.run([...replaced, '--json']);
  const document: { readonly refusals: readonly { readonly code: string }[] } = JSON.parse(json.stdout);
  expect([json.exitCode, documentFindings('diff', document), document.refusals.map(({ code }) => code)]).toEqual([1, [], ['exec-path']]);
  const nothing = await here.run(['diff', 'web', '--with', 'glibc@~9.9']);
  expect([nothing.exitCode, nothing.stdout, nothing.stderr]).toEqual([1, '', expect.stringContaining('error[no-solution]')]);
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
