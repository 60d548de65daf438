import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  expectGolden,
  removeFolder,
  runCli,
  scratchFolder,
  serveFolder,
  temporaryFolder,
  type CliRun,
  type ServedFolder,
} from '@moby/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedWorld, transcript, type Visit } from './world.ts';

const world = sharedWorld();
let served: ServedFolder;
let published = '';

beforeAll(async () => {
  published = temporaryFolder();
  const run = await runCli(['registry', 'export', published], { cwd: join(world.folder, 'library') });
  if (run.exitCode !== 0) throw new Error(run.stderr);
  served = await serveFolder(published);
});
afterAll(async () => {
  await served.close();
  await removeFolder(published);
});

/** A folder with nothing but the assembly. */
function empty(): Visit {
  const visit = world.visit();
  const folder = join(scratchFolder(), 'empty');
  mkdirSync(join(folder, 'assemblies'), { recursive: true });
  cpSync(join(visit.folder, 'assemblies/web'), join(folder, 'assemblies/web'), { recursive: true });
  const env = { ...visit.env, HOME: join(folder, '../home') };
  return {
    ...visit,
    folder,
    env,
    run: (args, options = {}) => visit.run(args, { cwd: folder, ...options, env: { ...env, ...options.env } }),
  };
}

function golden(name: string, args: readonly string[], run: CliRun, place: Visit): void {
  expectGolden(`${name}.txt`, transcript(args, run, world, place));
}

test('the library is exported, and again as before', async () => {
  const place = world.visit();
  const args = ['registry', 'export', 'public'];
  golden('registry-export', args, await place.run(args), place);
  golden('registry-export-again', args, await place.run(args), place);
  writeFileSync(join(place.folder, 'components/redis/8.0/files.txt'), 'not published\n');
  const file = join(place.folder, 'components/redis/8.0/package.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"description": "', '"description": "Another '));
  golden('registry-export-frozen', args, await place.run(args), place);
});

test('an assembly in an empty folder is the same from the registry as from the library', async () => {
  const [place, own] = [empty(), world.visit()];
  const args = ['assemble', 'web', '--registry', served.url];
  const run = await place.run(args);
  golden('assemble-registry', args, run, place);
  expect(run.exitCode).toBe(0);
  expect((await own.run(['assemble', 'web'])).exitCode).toBe(0);
  const read = (visit: Visit, path: string): string => readFileSync(join(visit.folder, path), 'utf8');
  expect(read(place, 'out/web/linux-amd64/artifact.json')).toBe(read(own, 'out/web/linux-amd64/artifact.json'));
  const known = read(place, 'assemblies/web/assembly.lock.json');
  expect(known.replaceAll(/ {6}"origin": \{[^}]*\},\n/g, '')).toBe(read(own, 'assemblies/web/assembly.lock.json'));
  const before = served.asked.length;
  const again = await place.run(['assemble', 'web', '--registry', served.url, '--frozen']);
  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stderr).toContain('5 components, as locked');
  expect(served.asked).toHaveLength(before);
});

test('components are listed and told of without a package of them', async () => {
  const [place, library] = [empty(), world.visit()];
  served.asked.splice(0);
  for (const args of [
    ['list', 'components'],
    ['info', 'redis'],
    ['info', 'glibc/2.36', '--json'],
    ['info', 'redsi'],
  ]) {
    const [run, own] = [await place.run([...args, '--registry', served.url]), await library.run(args)];
    expect([run.exitCode, run.stdout, run.stderr]).toEqual([own.exitCode, own.stdout, own.stderr]);
  }
  expect(served.asked.filter((path) => path.includes('.tgz'))).toEqual([]);
  expect(await place.run(['list', 'components', '--registry', served.url, '--offline'])).toMatchObject({ exitCode: 0 });
});

test('every command about an assembly takes a registry', async () => {
  const place = empty();
  const from = ['--registry', served.url];
  expect((await place.run(['assemble', 'web', ...from])).exitCode).toBe(0);
  for (const args of [
    ['resolve', 'web'],
    ['check', 'web'],
    ['why', 'glibc', '--in', 'web'],
    ['diff', 'web'],
    ['verify', 'web'],
    ['abi', 'diff', 'glibc/2.36', 'glibc/2.41'],
  ]) {
    const run = await place.run([...args, ...from]);
    expect(run, `${args.join(' ')}\n${run.stderr}`).toMatchObject({ exitCode: 0 });
  }
});

describe('which registry is asked', () => {
  test('that of npm’s configuration for the scope, outside of a library', async () => {
    const place = empty();
    writeFileSync(join(place.folder, '.npmrc'), `registry=http://127.0.0.1:9/\n@moby:registry=${served.url}\n`);
    expect((await place.run(['resolve', 'web'])).stdout).toContain('redis  8.0.2+r1');
    served.asked.splice(0);
    const inside = world.visit();
    writeFileSync(join(inside.folder, '.npmrc'), `@moby:registry=${served.url}\n`);
    expect((await inside.run(['resolve', 'web'])).exitCode).toBe(0);
    expect(served.asked).toEqual([]);
  });

  test.each([
    ['usage-two-registries', ['--registry', 'http://127.0.0.1:9/', '--registry', '@moby=http://127.0.0.1:8/']],
    ['usage-registry', ['--registry', '@acme=nowhere']],
    ['registry-silent', ['--registry', 'http://127.0.0.1:9/']],
    ['registry-offline', ['--registry', 'http://127.0.0.1:9/', '--offline']],
  ])('%s', async (name, flags) => {
    const place = empty();
    const args = ['check', 'web', ...flags];
    const run = await place.run(args);
    golden(name, args, run, place);
    expect(run.exitCode).toBe(name.startsWith('usage') ? 2 : 69);
  });
});

test('a byte that was changed on the registry’s disk is named, and nothing is built of it', async () => {
  const place = empty();
  const own = world.visit();
  expect((await own.run(['registry', 'export', 'public'])).exitCode).toBe(0);
  const tarball = join(own.folder, 'public/tarballs/@moby/redis-8.0.201.tgz');
  const bytes = readFileSync(tarball);
  bytes[200] = (bytes[200] ?? 0) ^ 1;
  writeFileSync(tarball, bytes);
  const args = ['assemble', 'web', '--registry', `file://${join(own.folder, 'public')}/`];
  const run = await place.run(args);
  golden(
    'registry-tampered',
    args,
    { ...run, stderr: run.stderr.replaceAll(/sha512-[\w+/]+=*/g, '<sha512>') },
    { ...place, folder: own.folder },
  );
  expect(run.exitCode).toBe(74);
});
