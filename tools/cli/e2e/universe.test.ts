import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, scratchFolder } from '@moby/testkit';

const universe = {
  packages: {
    engine: { '2.1.0': { requires: { libc: '^2.38', 'runtime:oci': '>=1.1' } } },
    libc: { '2.36.0': {}, '2.41.0': {} },
    crun: { '1.21.0': { provides: { 'runtime:oci': '1.2.0' } } },
  },
  root: { scopes: { engine: { engine: '^2' } } },
};

async function resolve(
  value: unknown,
  ...args: readonly string[]
): Promise<{ readonly exitCode: number | undefined; readonly document: unknown; readonly stderr: string }> {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'world.json'), typeof value === 'string' ? value : JSON.stringify(value, undefined, 2));
  const run = await runCli(['resolve', '--universe', 'world.json', ...args], { cwd: folder });
  return { exitCode: run.exitCode, document: args.includes('--json') ? JSON.parse(run.stdout) : run.stdout, stderr: run.stderr };
}

test('a universe that has a solution', async () => {
  expect(await resolve(universe, '--json')).toEqual({
    exitCode: 0,
    document: { status: 'solved', versions: { 'engine/crun': '1.21.0', 'engine/engine': '2.1.0', 'engine/libc': '2.41.0' }, dropped: [] },
    stderr: '',
  });
  expect(await resolve(universe)).toMatchObject({
    exitCode: 0,
    document: 'engine/crun    1.21.0\nengine/engine  2.1.0\nengine/libc    2.41.0\n',
  });
});

test('a universe without a solution: exit code 1, an explanation, and what to relax', async () => {
  const impossible = { ...universe, root: { scopes: { engine: { engine: '^2', libc: '~2.36' } } } };
  const { exitCode, document } = await resolve(impossible, '--json');
  expect(exitCode).toBe(1);
  expect(document).toMatchObject({ status: 'unsolvable', relax: expect.arrayContaining([['engine/libc']]) });
  const told = await resolve(impossible);
  expect(told.exitCode).toBe(1);
  expect(told.stderr).toMatch(/^error\[no-solution\]: /);
});

test('a malformed universe: exit code 2 and the place', async () => {
  const { exitCode, document } = await resolve('{\n  "packages": { "a": { "one": {} } },\n  "root": {}\n}\n', '--json');
  expect(exitCode).toBe(2);
  expect(document).toMatchObject({ error: { findings: [{ place: { file: 'world.json', line: 2 } }] } });
});
