import { createHash } from 'node:crypto';
import { openBlobMirrors } from '@moby/composer';
import { openContentStore } from '@moby/content';
import { parseDigest, type ContentStore, type Diagnostic } from '@moby/model';
import { scratchFolder, startFakeOciRegistry, type FakeOciRegistry, type OciAuth } from '@moby/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { WantedPayload } from '../../src/fetch/open-blob-mirrors.ts';
import { quietSurroundings } from '../line/quiet-surroundings.ts';

const login = { MOBY_COMPOSE_MIRROR_USERNAME: 'ada', MOBY_COMPOSE_MIRROR_PASSWORD: 'l0ve' };
const ada: OciAuth = { kind: 'basic', username: 'ada', password: 'l0ve' };

interface Asking {
  readonly store: ContentStore;
  readonly warnings: readonly Diagnostic[];
  readonly bring: (...payloads: readonly WantedPayload[]) => Promise<void>;
}

/** Somebody with an empty store who asks these mirrors. */
async function asking(
  mirrors: readonly string[],
  more: { readonly env?: Readonly<Record<string, string>>; readonly besides?: string } = {},
): Promise<Asking> {
  const warnings: Diagnostic[] = [];
  const store = openContentStore(scratchFolder());
  const surroundings = quietSurroundings(scratchFolder(), {
    environment: { HOME: scratchFolder(), ...more.env },
    blobMirrors: { addresses: mirrors.map((host) => `oci://${host}/moby/payloads`), plainHttp: false },
    warn: (finding) => void warnings.push(finding),
  });
  const opened = await openBlobMirrors({
    surroundings,
    store,
    isOffline: false,
    ...(more.besides === undefined ? {} : { besides: more.besides }),
  });
  onTestFinished(() => opened.close());
  return { store, warnings, bring: (...payloads) => opened.bring(payloads) };
}

async function mirror(auth?: OciAuth): Promise<FakeOciRegistry> {
  const registry = await startFakeOciRegistry(auth);
  onTestFinished(() => registry.close());
  return registry;
}

function payload(text: string): WantedPayload & { readonly bytes: Buffer } {
  const bytes = Buffer.from(text);
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  if (digest === undefined) throw new TypeError('no digest');
  return { label: `${text} 1.0.1`, digest, sizeBytes: bytes.length, bytes };
}

const [one, two] = [payload('one'), payload('two')];

test('each payload comes from the first mirror that has it', async () => {
  const [first, second] = [await mirror(), await mirror()];
  first.put(one.bytes);
  second.put(one.bytes);
  second.put(two.bytes);
  const { store, bring, warnings } = await asking([first.host, second.host]);
  await bring(one, two, payload('nowhere'));
  expect(await store.read(one.digest)).toEqual(one.bytes);
  expect(await store.read(two.digest)).toEqual(two.bytes);
  expect(second.requests.some(({ path }) => path.includes(one.digest))).toBe(false);
  expect(warnings).toEqual([]);
});

test('a mirror that fails is left after its first payloads, and asked no more', async () => {
  const [broken, good] = [await mirror(), await mirror()];
  broken.faults.push({ path: '/v2/', does: { kind: 'status', status: 503 } });
  const many = Array.from({ length: 40 }, (_, index) => payload(`payload ${index}`));
  many.forEach(({ bytes }) => good.put(bytes));
  const { store, bring, warnings } = await asking([broken.host, good.host]);
  await bring(...many);
  await bring(one);
  for (const { digest } of many) expect(await store.has(digest)).toBe(true);
  expect(warnings.map(({ code }) => code)).toEqual(['mirror-left']);
  // Four at a time, twice each.
  expect(broken.requests.length).toBeLessThanOrEqual(8);
}, 20_000);

test('a connection that was cut is tried once more', async () => {
  const cut = await mirror();
  cut.put(one.bytes);
  cut.faults.push({ path: '/blobs/', times: 1, does: { kind: 'cut', at: 2 } });
  const { store, bring, warnings } = await asking([cut.host]);
  await bring(one);
  expect(await store.has(one.digest)).toBe(true);
  expect(warnings).toEqual([]);
});

test('wrong bytes never reach the store, and the mirror is asked for others', async () => {
  const bad = await mirror();
  bad.put(one.bytes);
  bad.blobs.set(two.digest, Buffer.from('twO'));
  const { store, bring, warnings } = await asking([bad.host]);
  await bring(two, one);
  expect(await store.has(two.digest)).toBe(false);
  expect(await store.has(one.digest)).toBe(true);
  expect((await store.verify()).leftovers).toEqual([]);
  expect(warnings).toEqual([expect.objectContaining({ code: 'mirror-corrupt', message: expect.stringContaining(two.digest) })]);
});

test('the environment’s password goes to the one mirror, and to none of several', async () => {
  const only = await mirror(ada);
  only.put(one.bytes);
  const alone = await asking([only.host], { env: login });
  await alone.bring(one);
  expect(await alone.store.has(one.digest)).toBe(true);
  const other = await mirror(ada);
  for (const several of [
    await asking([only.host, other.host], { env: login }),
    await asking([other.host], { env: login, besides: only.host }),
  ]) {
    await several.bring(one);
    expect(several.warnings.map(({ code }) => code)).toContain('mirror-left');
    expect(JSON.stringify(several.warnings)).toContain('names no host');
  }
  expect(other.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
});

test('a docker configuration that can’t be read is told only where a mirror denies', async () => {
  const open = await mirror();
  open.put(one.bytes);
  const closed = await mirror(ada);
  const env = { DOCKER_CONFIG: '/dev' };
  const fine = await asking([open.host], { env });
  await fine.bring(one);
  expect(fine.warnings).toEqual([]);
  const denied = await asking([closed.host], { env });
  await denied.bring(one);
  expect(denied.warnings.map(({ code }) => code)).toEqual(['mirror-left']);
});

test.each([
  [['registry.example/a:tag'], 'has a tag'],
  [Array.from({ length: 17 }, (_, index) => `host${index}.example`), 'at most 16 are asked'],
])('%s can’t be asked', async (mirrors, why) => {
  await expect(asking(mirrors)).rejects.toThrow(why);
});
