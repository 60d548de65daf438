import { chunkBytes, manifestType, openContentStore, type UploadMemory } from '@moby/content';
import { scratchFolder, type OciFault } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../archive-world.ts';
import { blobOf, clientOf, ociWorld, randomBlob, readAll, sumOf } from './oci-world.ts';

const large = randomBlob(2 * chunkBytes + 1000);

function memory(address?: string): UploadMemory & { readonly address: string | undefined } {
  let kept = address;
  return {
    get address() {
      return kept;
    },
    recall: () => Promise.resolve(kept),
    remember: (next) => Promise.resolve(void (kept = next)),
  };
}

describe('a push', () => {
  test('of a small blob is one request, of a large one a request a piece', async () => {
    const { fake, registry } = await ociWorld();
    const small = randomBlob(5000);
    const told: number[] = [];
    await registry.pushBlob(small);
    await registry.pushBlob(large, { tell: (bytes) => void told.push(bytes) });
    expect(fake.blobs.get(small.digest)).toEqual(small.bytes);
    expect(fake.blobs.get(large.digest)?.equals(large.bytes)).toBe(true);
    expect(fake.requests.map(({ method, bytes }) => `${method} ${bytes}`)).toEqual([
      'POST 0',
      'PUT 5000',
      'POST 0',
      `PATCH ${chunkBytes}`,
      `PATCH ${chunkBytes}`,
      'PATCH 1000',
      'PUT 0',
    ]);
    expect(told).toEqual([chunkBytes, 2 * chunkBytes, large.sizeBytes, large.sizeBytes]);
  });

  test('goes on where the connection was cut, and sends no piece again that was whole', async () => {
    const { fake, registry, pauses } = await ociWorld();
    fake.faults.push({ method: 'PATCH', path: '/uploads/', skip: 1, times: 1, does: { kind: 'cut', at: 1 << 20 } });
    await registry.pushBlob(large);
    expect(fake.blobs.get(large.digest)?.equals(large.bytes)).toBe(true);
    const sent = fake.requests.filter(({ method }) => method === 'PATCH').map(({ bytes }) => bytes);
    expect(sent[0]).toBe(chunkBytes);
    expect(sent.slice(2)).toEqual([large.sizeBytes - chunkBytes - (1 << 20)]);
    expect(pauses).toEqual([500]);
  });

  test('goes on in another process', async () => {
    const { fake, registry } = await ociWorld();
    const uploads = memory();
    fake.faults.push({ method: 'PATCH', path: '/uploads/', skip: 1, does: { kind: 'status', status: 403 } });
    expect((await failureOf(registry.pushBlob(large, { uploads }))).code).toBe('denied');
    expect(uploads.address).toContain('/uploads/');
    fake.faults.length = 0;
    const later = await clientOf(`oci://${fake.host}/moby/payloads`);
    const before = fake.requests.length;
    await later.pushBlob(large, { uploads });
    expect(fake.requests.slice(before).map(({ method, bytes }) => `${method} ${bytes}`)).toEqual([
      'GET 0',
      `PATCH ${chunkBytes}`,
      'PATCH 1000',
      'PUT 0',
    ]);
    expect(fake.blobs.get(large.digest)?.equals(large.bytes)).toBe(true);
    expect(uploads.address).toBeUndefined();
  });

  test.each(['http://127.0.0.1:1/v2/moby/payloads/blobs/uploads/x', 'nonsense', 'own'])(
    'begins anew where what was kept is %s',
    async (kept) => {
      const { fake, registry } = await ociWorld();
      const uploads = memory(kept === 'own' ? `${fake.url}/v2/moby/payloads/blobs/uploads/00-00` : kept);
      await registry.pushBlob(large, { uploads });
      expect(fake.blobs.has(large.digest)).toBe(true);
    },
  );

  test('gives a registry the rest that kept less of a piece', async () => {
    const { fake, registry } = await ociWorld();
    fake.faults.push({ method: 'PATCH', path: '/uploads/', times: 1, does: { kind: 'keep', bytes: 1000 } });
    await registry.pushBlob(large);
    expect(fake.blobs.get(large.digest)?.equals(large.bytes)).toBe(true);
  });

  test('ends where a registry never keeps anything', async () => {
    const { fake, registry } = await ociWorld();
    fake.faults.push({ method: 'PATCH', path: '/uploads/', does: { kind: 'keep', bytes: 0 } });
    expect((await failureOf(registry.pushBlob(large))).message).toContain('counts other bytes of the payload of app 1.0.1');
  });

  test('is one request where the registry takes no pieces', async () => {
    const { fake, registry } = await ociWorld();
    fake.faults.push({ method: 'PATCH', path: '/uploads/', does: { kind: 'early', status: 405 } });
    await registry.pushBlob(large);
    expect(fake.blobs.get(large.digest)?.equals(large.bytes)).toBe(true);
  });

  test('sends nothing that another repository of the registry has', async () => {
    const { fake, registry } = await ociWorld();
    fake.put(large.bytes);
    expect(await registry.pushBlob(large, { mountFrom: 'moby/other' })).toBe('mounted');
    expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST /v2/moby/payloads/blobs/uploads/?mount=${large.digest}&from=moby%2Fother`,
    ]);
    expect(await registry.pushBlob(randomBlob(10), { mountFrom: 'moby/other' })).toBe('pushed');
  });

  test('of other bytes than the digest says is refused by the registry, and names the blob', async () => {
    const { registry } = await ociWorld();
    const wrong = { ...randomBlob(100), digest: sumOf(Buffer.from('other')) };
    const failure = await failureOf(registry.pushBlob(wrong));
    expect(failure.message).toContain(wrong.digest);
    expect(failure.message).toContain('400: DIGEST_INVALID');
  });

  test('that the registry stores under another digest is an error', async () => {
    const { fake, registry } = await ociWorld();
    fake.faults.push({ method: 'PUT', path: '/uploads/', does: { kind: 'claim', digest: sumOf(Buffer.from('other')) } });
    expect((await failureOf(registry.pushBlob(randomBlob(100)))).code).toBe('wrong-digest');
  });

  const broken: readonly (readonly [string, OciFault, string])[] = [
    ['is silent', { method: 'PATCH', path: '/uploads/', does: { kind: 'silent' } }, 'failed after 4 attempts'],
    ['answers 503', { method: 'POST', path: '/uploads/', does: { kind: 'status', status: 503 } }, 'answers 503'],
    ['answers 413', { method: 'PATCH', path: '/uploads/', does: { kind: 'early', status: 413 } }, 'answers 413'],
    ['says not where to send it', { method: 'POST', path: '/uploads/', does: { kind: 'status', status: 202 } }, 'says of the push'],
    [
      'sends elsewhere',
      { method: 'POST', path: '/uploads/', does: { kind: 'status', status: 202, headers: { location: 'ftp://x/' } } },
      'is no address',
    ],
    [
      'has no such repository',
      {
        method: 'POST',
        path: '/uploads/',
        does: { kind: 'status', status: 404, body: JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: '\u001b[31m' }] }) },
      },
      '404: NAME_UNKNOWN ?[31m',
    ],
  ];

  test.each(broken)(
    'ends with words where the registry %s',
    async (_, fault, words) => {
      const { fake, registry } = await ociWorld();
      fake.faults.push(fault);
      expect((await failureOf(registry.pushBlob(large))).message).toContain(words);
      expect(fake.requests.length).toBeLessThan(15);
    },
    30_000,
  );
});

describe('a blob that is read', () => {
  test('comes whole, into a store', async () => {
    const { fake, registry } = await ociWorld();
    fake.put(large.bytes);
    const pieces = await registry.readBlob(large);
    const store = openContentStore(scratchFolder());
    if (pieces !== undefined) await store.write(pieces, { expected: large.digest });
    expect(Buffer.from((await store.read(large.digest)) ?? []).equals(large.bytes)).toBe(true);
  });

  test('is undefined where there is none', async () => {
    const { registry } = await ociWorld();
    expect(await registry.readBlob(large)).toBeUndefined();
    expect(await registry.hasBlob(large.digest, 'payload')).toBe(false);
  });

  test.each([
    ['has a flipped bit', { kind: 'flip', at: 70_000 }, 'got sha256:'],
    ['does not end', { kind: 'endless' }, 'more than 100000 bytes'],
  ] as const)('is refused where it %s', async (_, does, words) => {
    const { fake, registry } = await ociWorld();
    const blob = randomBlob(100_000);
    fake.put(blob.bytes);
    fake.faults.push({ method: 'GET', path: '/blobs/', does });
    const failure = await failureOf(readAll(await registry.readBlob(blob)));
    expect(failure.code).toBe('wrong-digest');
    expect(failure.message).toContain(
      `oci://${fake.host}/moby/payloads has other bytes than ${blob.digest}, the payload of app 1.0.1: ${words}`,
    );
  });

  test.each([
    ['is cut', { kind: 'cut', at: 100 }, 'the connection was cut'],
    ['drips', { kind: 'drip' }, 'slower than 4096 bytes a second'],
  ] as const)('is given up where it %s', async (_, does, words) => {
    const { fake, registry } = await ociWorld();
    const blob = randomBlob(100_000);
    fake.put(blob.bytes);
    fake.faults.push({ method: 'GET', path: '/blobs/', does });
    await expect(registry.readBlob(blob).then(readAll)).rejects.toThrow(words);
  });

  test('that is sent on and on is given up', async () => {
    const { fake, registry } = await ociWorld();
    fake.faults.push({
      path: '/blobs/',
      does: { kind: 'status', status: 302, headers: { location: `/v2/moby/payloads/blobs/${large.digest}` } },
    });
    expect((await failureOf(registry.readBlob(large))).message).toContain('sends on more than 5 times');
  });
});

describe('a manifest', () => {
  const empty = blobOf(Buffer.from('{}'));
  const descriptor = { mediaType: 'application/vnd.oci.empty.v1+json', digest: empty.digest, size: 2 };
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: descriptor, layers: [descriptor] }));

  test('is put once its blobs are there, and read by its tag', async () => {
    const { registry } = await ociWorld();
    const manifest = { tag: 'app-1.0.1', bytes, what: 'app 1.0.1' };
    expect((await failureOf(registry.putManifest(manifest))).message).toContain('MANIFEST_BLOB_UNKNOWN');
    await registry.pushBlob(empty);
    expect(await registry.putManifest(manifest)).toBe(sumOf(bytes));
    expect(await registry.getManifest('app-1.0.1', 'app 1.0.1')).toEqual(bytes);
    expect(await registry.getManifest('app-1.0.2', 'app 1.0.2')).toBeUndefined();
  });

  test('that the registry stores as another, gives as another, or floods with, is an error', async () => {
    const { fake, registry } = await ociWorld();
    await registry.pushBlob(empty);
    fake.faults.push({ method: 'PUT', path: '/manifests/', does: { kind: 'claim', digest: sumOf(Buffer.from('x')) } });
    expect((await failureOf(registry.putManifest({ tag: 'a', bytes, what: 'app' }))).code).toBe('wrong-digest');
    fake.manifests.set(`moby/payloads:${sumOf(bytes)}`, Buffer.from('other'));
    expect((await failureOf(registry.getManifest(sumOf(bytes), 'app'))).code).toBe('wrong-digest');
    fake.manifests.set('moby/payloads:flood', Buffer.alloc(5 << 20));
    expect((await failureOf(registry.getManifest('flood', 'app'))).code).toBe('limit');
  });
});

test('what may pass is tried again, with the patience that is asked for', async () => {
  const { fake, registry, pauses } = await ociWorld();
  fake.faults.push({ path: '/v2/', times: 1, does: { kind: 'status', status: 429, headers: { 'retry-after': '7' } } });
  fake.faults.push({ path: '/v2/', times: 1, does: { kind: 'status', status: 429, headers: { 'retry-after': '86400' } } });
  fake.faults.push({ path: '/v2/', times: 1, does: { kind: 'status', status: 502 } });
  await registry.ping();
  expect(pauses).toEqual([7000, 30_000, 2000]);
});

test('a server that is no registry is told', async () => {
  const { fake, registry } = await ociWorld();
  fake.faults.push({ path: '/v2/', does: { kind: 'status', status: 404 } });
  expect((await failureOf(registry.ping())).message).toContain('there is no registry at');
});
