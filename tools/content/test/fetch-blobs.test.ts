import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fetchBlobs, pinDigest, SourceVanished } from '@moby/content';
import type { DebSource, Progress } from '@moby/model';
import { expectGolden } from '@moby/testkit';
import { expect, test } from 'vitest';
import { failureOf, makeWorld, pinOf, textOf, type World } from './archive-world.ts';

type Step = Parameters<Progress['step']>[0];

function fetch(
  world: World,
  pins: readonly DebSource[],
  more: { readonly isOffline?: boolean; readonly progress?: Progress; readonly parallel?: number } = {},
): ReturnType<typeof fetchBlobs> {
  return fetchBlobs(pins, { ...world, locations: () => Promise.resolve(world.locations), ...more });
}

test('fetches each missing file once, tells how far it is, and asks nothing the second time', async () => {
  const world = await makeWorld();
  const pins = [pinOf(world, 'redis-tools'), pinOf(world, 'libc6'), pinOf(world, 'libc6')];
  const steps: Step[] = [];
  const progress: Progress = { step: (step) => steps.push(step) };
  const size = pinOf(world, 'redis-tools').size + pinOf(world, 'libc6').size;
  expect(await fetch(world, pins, { progress })).toEqual({ stored: 1, fetched: 2, fetchedBytes: size });
  expect(steps.at(0)).toEqual({ step: 'fetch', done: 0, total: size, unit: 'bytes' });
  expect(steps.at(-1)).toEqual({ step: 'fetch', done: size, total: size, unit: 'bytes' });
  const asked = world.server.requests.length;
  expect(asked).toBe(2);
  expect(await fetch(world, pins, { isOffline: true })).toEqual({ stored: 3, fetched: 0, fetchedBytes: 0 });
  expect(world.server.requests.length).toBe(asked);
});

test('finds a file that moved between the pools of main and security archive', async () => {
  const world = await makeWorld();
  const pin = pinOf(world, 'libc6');
  const moved = join(dirname(world.archive.folder), 'debian-security', pin.path.replace('pool/', 'pool/updates/'));
  await mkdir(dirname(moved), { recursive: true });
  await copyFile(join(world.archive.folder, pin.path), moved);
  await rm(join(world.archive.folder, pin.path));
  expect(await fetch(world, [pin])).toMatchObject({ fetched: 1 });
  const back = { ...pinOf(world, 'redis-tools') };
  expect(await fetch(world, [{ ...back, path: back.path.replace('pool/', 'pool/updates/') }])).toMatchObject({ fetched: 1 });
});

test.each([
  ['503 once', { kind: 'status', status: 503, times: 1 }],
  ['a cut connection', { kind: 'cut', at: 100, times: 2 }],
  ['a server that falls silent', { kind: 'stall', at: 100, times: 1 }],
  ['a reset', { kind: 'reset', times: 1 }],
] as const)('goes on after %s, with pauses that double', async (_, fault) => {
  const world = await makeWorld();
  world.server.setFaults([{ path: '/debian/pool/main', ...fault }]);
  const pin = pinOf(world, 'redis-tools');
  expect(await fetch(world, [pin])).toMatchObject({ fetched: 1 });
  expect(world.pauses).toEqual(fault.times === 1 ? [500] : [500, 1000]);
  expect(await world.store.has(pinDigest(pin))).toBe(true);
  expect(await world.store.verify()).toMatchObject({ blobs: 1, corrupt: [], leftovers: [] });
});

test('takes another location for damaged bytes, and tells what is wrong where there is none', async () => {
  const world = await makeWorld();
  const pin = pinOf(world, 'redis-tools');
  world.server.setFaults([{ path: '/debian/pool', kind: 'flip', at: 300 }]);
  const failure = await failureOf(fetch(world, [pin]));
  expect(await world.store.verify()).toMatchObject({ blobs: 0, leftovers: [] });
  const copy = join(dirname(world.archive.folder), 'debian-security', pin.path);
  await mkdir(dirname(copy), { recursive: true });
  await copyFile(join(world.archive.folder, pin.path), copy);
  expect(await fetch(world, [pin])).toMatchObject({ fetched: 1 });
  expectGolden('corrupt-download.txt', textOf(failure, world));
});

test('refuses a file of another size before it is all read', async () => {
  const world = await makeWorld();
  const pin = pinOf(world, 'redis-tools');
  const longer = await failureOf(fetch(world, [{ ...pin, size: pin.size - 1 }]));
  expect([longer.code, longer.message.includes('got more')]).toEqual(['source-corrupt', true]);
  expect((await failureOf(fetch(world, [{ ...pin, size: pin.size + 1 }]))).message).toContain(
    `expected ${pin.size + 1} bytes, got ${pin.size}`,
  );
});

test('carries all pins that vanished, after the others were fetched', async () => {
  const world = await makeWorld();
  const pins = [
    pinOf(world, 'redis-tools'),
    { ...pinOf(world, 'redis-tools'), sha256: 'a'.repeat(64), path: 'pool/main/o/old/old_1_amd64.deb', package: 'old', version: '1' },
    pinOf(world, 'libc6'),
  ];
  await rm(join(world.archive.folder, pinOf(world, 'redis-tools').path));
  const failure = await failureOf(fetch(world, pins));
  expect(failure).toBeInstanceOf(SourceVanished);
  expect(failure instanceof SourceVanished ? failure.pins.map((pin) => pin.package) : []).toEqual(['old', 'redis-tools']);
  expect(await world.store.has(pinDigest(pinOf(world, 'libc6')))).toBe(true);
  expect(world.pauses).toEqual([]);
  expectGolden('vanished.txt', textOf(failure, world));
});

test('does not call a package vanished while a location that may have it does not answer', async () => {
  const world = await makeWorld();
  const pin = pinOf(world, 'redis-tools');
  await rm(join(world.archive.folder, pin.path));
  world.server.setFaults([{ path: '/debian-security/', kind: 'status', status: 500 }]);
  const failure = await failureOf(fetch(world, [pin]));
  expect(failure.code).toBe('no-mirror');
  world.server.setFaults([{ path: '/debian-security/', kind: 'status', status: 403 }]);
  expectGolden('refused-download.txt', textOf(await failureOf(fetch(world, [pin])), world));
  expect(world.pauses).toEqual([500, 1000, 2000, 500, 1000, 2000]);
});

test('says which servers were tried when none can be reached', async () => {
  const world = await makeWorld();
  const { url } = world.server;
  await world.server.close();
  const failure = await failureOf(fetch(world, [pinOf(world, 'libc6')]));
  expect(failure.exitCode).toBe(69);
  expect(url).toMatch(/^http:/);
  expectGolden('unreachable-download.txt', textOf(failure, world));
  world.server.close = () => Promise.resolve();
});

test('fetches nothing when it may not', async () => {
  const world = await makeWorld();
  const failure = await failureOf(fetch(world, [pinOf(world, 'libc6'), pinOf(world, 'redis-tools')], { isOffline: true }));
  expect(world.server.requests).toEqual([]);
  expectGolden('offline.txt', textOf(failure, world).replace(/\([0-9.]+ kB\)/, '(<size>)'));
});

test('keeps no more downloads open than it may', async () => {
  const world = await makeWorld({
    suites: { trixie: { packages: Array.from({ length: 12 }, (_, at) => ({ package: `p${at}`, version: '1' })) } },
  });
  let open = 0;
  let most = 0;
  const http = {
    ...world.http,
    get: async (url: string) => {
      open += 1;
      most = Math.max(most, open);
      const response = await world.http.get(url);
      async function* body(): AsyncGenerator<Uint8Array> {
        yield* response.body;
        open -= 1;
      }
      return { ...response, body: body() };
    },
  };
  await fetch(
    { ...world, http },
    world.published.map((entry) => pinOf(world, entry.package)),
    { parallel: 3 },
  );
  expect(most).toBe(3);
});
