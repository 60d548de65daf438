import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expectGolden } from '@moby/testkit';
import { expect, test } from 'vitest';
import { change } from './publish-world.ts';
import { sharedWorld, transcript } from './world.ts';

const world = sharedWorld();

test.each([
  ['nothing', 2, []],
  ['unknown', 1, ['redsi']],
  ['bad-platform', 2, ['redis', '--platform', 'linux/vax']],
  ['bad-timeout', 2, ['redis', '--timeout', 'soon']],
  ['silent', 69, ['redis', '--registry', 'http://127.0.0.1:9/']],
])('%s: a message that says what to do', async (name, exitCode, args) => {
  const place = world.visit();
  const command = ['component', 'test', ...args];
  const run = await place.run(command);
  expectGolden(`component-test-${name}.txt`, transcript(command, run, world, place));
  expect([run.exitCode, run.stdout]).toEqual([exitCode, '']);
});

test('what can’t be made into a machine is refused before anything is booted, each for its own reason', async () => {
  const place = world.visit();
  const command = ['component', 'test', 'glibc'];
  const run = await place.run(command);
  expectGolden('component-test-refused.txt', transcript(command, run, world, place));
  expect(run.exitCode).toBe(1);
  const { machines, failed } = JSON.parse((await place.run([...command, '--json'])).stdout);
  expect([machines.length, failed]).toEqual([2, 2]);
  expect(machines[1]).toMatchObject({
    components: [{ component: 'glibc', version: '2.41.0+r1' }],
    refused: [{ code: 'unknown-component' }, { code: 'unknown-component' }],
  });
  expect(existsSync(join(place.folder, 'out/component-test/.trial'))).toBe(false);
});

test('a component in a folder that is not called like it is refused', async () => {
  const place = world.visit();
  change(place, 'init/1', '@moby/init', '@moby/first');
  const run = await place.run(['component', 'test', 'components/init/1']);
  expect([run.exitCode, run.stderr]).toEqual([1, expect.stringContaining('does not lie in a folder of this name')]);
});
