import { describe, expect, test } from 'vitest';
import {
  differencesOf,
  makeSigningKey,
  readSigningKey,
  releaseStatement,
  signStatement,
  verifyBundle,
  type ReleaseDigests,
} from '@moby/trust';

const key = readSigningKey(makeSigningKey(), 'a.key');
const other = readSigningKey(makeSigningKey(), 'b.key');
const now = new Date('2026-11-29T12:00:00Z');
const hex = (digit: string, length = 64): string => digit.repeat(length);

const release: ReleaseDigests = {
  name: '@moby/redis',
  version: '8.0.603',
  tarball: hex('a', 128),
  manifest: hex('b'),
  payloads: { 'linux/amd64': hex('c'), 'linux/arm64': hex('d') },
  sources: [
    { uri: 'pkg:deb/debian/redis-tools@8.0.6-1?arch=arm64', sha256: hex('f') },
    { uri: 'pkg:deb/debian/redis-tools@8.0.6-1?arch=amd64', sha256: hex('e') },
  ],
};

/** A signer may sign anything, also what is no statement of ours. */
function signed(statement: object = releaseStatement(release), by = key): ReturnType<typeof signStatement> {
  return signStatement(by, statement);
}

test('a signed release is verified, and vouches for exactly itself', async () => {
  const { statement, key: by } = verifyBundle(await signed(), [other, key], '@moby/redis@8.0.603', now);
  expect(by.keyid).toBe(key.keyid);
  expect(differencesOf(statement, release)).toEqual([]);
});

const changes: readonly [string, Partial<ReleaseDigests>, readonly string[]][] = [
  ['tarball', { tarball: hex('0', 128) }, ['it says another digest of `pkg:npm/%40moby/redis@8.0.603`']],
  ['manifest', { manifest: hex('0') }, ['it says another digest of `package.json`']],
  ['payload', { payloads: { 'linux/amd64': hex('0'), 'linux/arm64': hex('d') } }, ['it says another digest of `payload of linux/amd64`']],
  [
    'platform that it lacks',
    { payloads: { ...release.payloads, 'linux/riscv64': hex('1') } },
    ['it says nothing of `payload of linux/riscv64`'],
  ],
  [
    'platform that it has too much',
    { payloads: { 'linux/amd64': hex('c') } },
    ['it speaks of `payload of linux/arm64`, which the release does not have'],
  ],
  [
    'source',
    { sources: [{ uri: 'pkg:deb/debian/redis-tools@8.0.6-1?arch=amd64', sha256: hex('0') }] },
    [
      'it says another digest of `pkg:deb/debian/redis-tools@8.0.6-1?arch=amd64`',
      'it speaks of `pkg:deb/debian/redis-tools@8.0.6-1?arch=arm64`, which the release does not have',
    ],
  ],
  [
    'version',
    { version: '8.0.604' },
    [
      'it is about @moby/redis@8.0.603',
      'it says nothing of `pkg:npm/%40moby/redis@8.0.604`',
      'it speaks of `pkg:npm/%40moby/redis@8.0.603`, which the release does not have',
    ],
  ],
];

test.each(changes)('another %s is named', async (_what, change, says) => {
  const { statement } = verifyBundle(await signed(), [key], 'x', now);
  expect(differencesOf(statement, { ...release, ...change })).toEqual(says);
});

test.each([
  ['an empty object', {}],
  ['an array', []],
  ['no subject', { ...releaseStatement(release), subject: 7 }],
  [
    'a subject twice',
    { ...releaseStatement(release), subject: [...releaseStatement(release).subject, ...releaseStatement(release).subject] },
  ],
  ['another predicate', { ...releaseStatement(release), predicateType: 'https://slsa.dev/provenance/v0.2' }],
  ['another type', { ...releaseStatement(release), _type: 'x' }],
])('a well signed statement of another shape vouches for nothing: %s', async (_what, statement) => {
  const verified = verifyBundle(await signed(statement), [key], 'x', now);
  expect(differencesOf(verified.statement, release)).not.toEqual([]);
});

describe('a bundle is refused', () => {
  const says = async (json: unknown, keys = [key], at = now): Promise<string> => {
    try {
      verifyBundle(json, keys, 'redis', at);
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return 'verified';
  };
  type Envelope = NonNullable<Awaited<ReturnType<typeof signed>>['dsseEnvelope']>;
  const changed = async (change: (envelope: Envelope) => Partial<Envelope>): Promise<unknown> => {
    const json = await signed();
    if (json.dsseEnvelope === undefined) throw new Error('no envelope');
    return { ...json, dsseEnvelope: { ...json.dsseEnvelope, ...change(json.dsseEnvelope) } };
  };

  test('by a key that is not trusted', async () => {
    expect(await says(await signed(undefined, other))).toBe('the signed statement of redis is by a key that is not trusted here');
  });

  test('with another payload', async () => {
    const payload = Buffer.from(JSON.stringify(releaseStatement({ ...release, tarball: hex('0', 128) }))).toString('base64');
    expect(await says(await changed(() => ({ payload })))).toMatch(/is not what was signed/);
  });

  test('with another type of payload, for which the signature does not hold either', async () => {
    expect(await says(await changed(() => ({ payloadType: 'text/plain' })))).toMatch(/another type than in-toto/);
  });

  test('with one bit of its signature changed', async () => {
    const json = await changed(({ signatures: [signature] }) => {
      const bytes = Buffer.from(signature?.sig ?? '', 'base64');
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      return { signatures: [{ sig: bytes.toString('base64'), keyid: '' }] };
    });
    expect(await says(json)).toMatch(/is not what was signed/);
  });

  test('with no signature, or two', async () => {
    expect(await says(await changed(() => ({ signatures: [] })))).toMatch(/has 0 signatures|not a sigstore bundle/);
    const two = await changed(({ signatures }) => ({ signatures: [...signatures, { sig: 'AAAA', keyid: '' }] }));
    expect(await says(two)).toMatch(/has 2 signatures|not a sigstore bundle/);
  });

  test('after its key has expired, and not before', async () => {
    const expiring = [{ ...key, expires: now }];
    expect(await says(await signed(), expiring)).toBe(`the signed statement of redis is by ${key.keyid}, which has expired`);
    expect(await says(await signed(), expiring, new Date(now.getTime() - 1))).toBe('verified');
  });

  test.each([[null], [7], ['x'], [[]], [{}], [{ mediaType: 'x' }], [{ dsseEnvelope: {} }], [JSON.parse('{"__proto__":{"a":1}}')]])(
    'when it is none: %j',
    async (json) => {
      expect(await says(json)).toBe('the signed statement of redis is not a sigstore bundle');
    },
  );
});
