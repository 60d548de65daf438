import { execFileSync } from 'node:child_process';
import { readFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectGolden, type ArchiveSpec } from '@moby/testkit';
import { archiveSpec, sharedWorld, transcript } from './world.ts';

const world = sharedWorld();

/** The archive as it is a year later: a package has another version, and the old file is gone. */
function later(name: string, version: string): ArchiveSpec {
  const { trixie, ...others } = archiveSpec.suites;
  const packages = (trixie?.packages ?? []).map((input) => (input.package === name ? { ...input, version } : input));
  return { suites: { ...others, trixie: { packages } } };
}

test('a pin that has vanished is replaced by the newest of its line, said loudly, and noted in the lock', async () => {
  await world.archive.publish(later('redis-tools', '5:8.0.2-4'));
  const place = world.visit();
  const run = await place.run(['assemble', 'web']);
  expectGolden('vanished.txt', transcript(['assemble', 'web'], run, world, place));
  expect(run.exitCode).toBe(0);
  const lock: unknown = JSON.parse(readFileSync(join(place.folder, 'assemblies/web/assembly.lock.json'), 'utf8'));
  expect(JSON.stringify(lock)).toContain('"from":"5:8.0.2-3","package":"redis-tools"');
  // The second run is of one mind with the first.
  const again = await place.run(['assemble', 'web', '--locked', '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ unchanged: true, lock: { state: 'unchanged' }, findings: [{ code: 'source-moved' }] });
});

test('with --locked a pin that has vanished is refused, with the command that pins anew', async () => {
  await world.archive.publish(later('redis-tools', '5:8.0.2-4'));
  const place = world.visit();
  const run = await place.run(['assemble', 'web', '--locked']);
  expectGolden('vanished-locked.txt', transcript(['assemble', 'web', '--locked'], run, world, place));
  expect(run.exitCode).toBe(69);
});

test('a kernel whose package name carries its version is found through what it follows', async () => {
  const { kernelPackages } = await import('@moby/testkit');
  const { trixie, ...others } = archiveSpec.suites;
  const rest = (trixie?.packages ?? []).filter((input) => !input.package.startsWith('linux-image'));
  await world.archive.publish({
    suites: { ...others, trixie: { packages: [...kernelPackages('linux-image-tiny', '6.12.2-tiny', '6.12.2-1'), ...rest] } },
  });
  const place = world.visit();
  const run = await place.run(['assemble', 'web']);
  expectGolden('vanished-kernel.txt', transcript(['assemble', 'web'], run, world, place));
  expect(run.exitCode).toBe(0);
});

test('a newest package of another line is refused: by assemble, and by component update', async () => {
  await world.archive.publish(later('redis-tools', '5:8.2.0-1'));
  const place = world.visit();
  const run = await place.run(['assemble', 'web']);
  expectGolden('left-line.txt', transcript(['assemble', 'web'], run, world, place));
  expect(run.exitCode).toBe(69);
  const update = await place.run(['component', 'update', 'redis/8.0']);
  expectGolden('left-line-update.txt', transcript(['component', 'update', 'redis/8.0'], update, world, place));
  expect(update.exitCode).toBe(1);
});

test('component update pins the newest package, raises the revision, and locks again what uses it', async () => {
  await world.archive.publish(later('redis-tools', '5:8.0.2-4'));
  const place = world.visit();
  const run = await place.run(['component', 'update', 'redis', 'glibc/2.41']);
  expectGolden('component-update.txt', transcript(['component', 'update', 'redis', 'glibc/2.41'], run, world, place));
  expect(run.exitCode).toBe(0);
  const validated = await place.run(['component', 'validate']);
  expect(validated.exitCode, validated.stderr).toBe(0);
  const checked = await place.run(['component', 'build', '--check']);
  expect(checked.exitCode, checked.stderr).toBe(0);
  expect((await place.run(['assemble', 'web', '--locked'])).exitCode).toBe(0);
});

test.skipIf(process.getuid?.() !== 0)('a full disk: where, how much was needed, and what to do', async () => {
  await world.archive.publish(archiveSpec);
  const place = world.visit();
  mkdirSync(place.cache);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', place.cache]);
  try {
    const run = await place.run(['assemble', 'web']);
    expectGolden('no-space.txt', transcript(['assemble', 'web'], run, world, place));
    expect(run.exitCode).toBe(74);
  } finally {
    execFileSync('umount', [place.cache]);
  }
});
