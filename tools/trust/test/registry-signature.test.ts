import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeSigningKey, publicKeysOf, readPublicKeys, readSigningKey, readVerifyingKey, signRelease, verifyRelease } from '@moby/trust';

const key = readSigningKey(makeSigningKey(), 'a.key');
const other = readSigningKey(makeSigningKey(), 'b.key');
const release = { name: '@moby/redis', version: '8.0.603', integrity: 'sha512-AAAA' };

function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'fine';
}

test('a signature holds for its name, version and integrity, and for nothing else', () => {
  const signatures = [signRelease(key, release)];
  expect(verifyRelease([other, key], release, signatures).keyid).toBe(key.keyid);
  for (const change of [{ name: '@moby/redi' }, { version: '8.0.604' }, { integrity: 'sha512-AAAB' }])
    expect(failure(() => verifyRelease([key], { ...release, ...change }, signatures))).toMatch(
      /is not of this name, version and integrity/,
    );
  expect(failure(() => verifyRelease([other], release, signatures))).toMatch(/is not among the known keys/);
  expect(failure(() => verifyRelease([key], release, []))).toBe('@moby/redis@8.0.603 has no signature of its registry');
});

test('one good signature is enough beside those of keys that nobody knows', () => {
  expect(verifyRelease([key], release, [signRelease(other, release), signRelease(key, release)]).keyid).toBe(key.keyid);
});

test('a key that has expired vouches for what was published before', () => {
  const expires = new Date('2026-01-01T00:00:00Z');
  const signatures = [signRelease(key, release)];
  const before = new Date(expires.getTime() - 1);
  expect(verifyRelease([{ ...key, expires }], release, signatures, before).keyid).toBe(key.keyid);
  for (const at of [undefined, expires])
    expect(failure(() => verifyRelease([{ ...key, expires }], release, signatures, at))).toMatch(/had expired/);
});

describe('the document of keys', () => {
  test('is read as it was written', () => {
    const expires = new Date('2026-01-01T00:00:00Z');
    const keys = readPublicKeys(JSON.parse(JSON.stringify(publicKeysOf([key, { ...other, expires }]))), 'registry');
    expect(keys.map(({ keyid, expires: end }) => [keyid, end])).toEqual([
      [key.keyid, undefined],
      [other.keyid, expires],
    ]);
    expect(verifyRelease(keys, release, [signRelease(key, release)]).keyid).toBe(key.keyid);
  });

  test('must name each key by its own digest', () => {
    const [mine, theirs] = publicKeysOf([key, other]).keys;
    const swapped = { keys: [{ ...mine, key: theirs?.key }] };
    expect(failure(() => readPublicKeys(swapped, 'registry'))).toMatch(/names a key in `keys\[0\]` by another digest/);
  });

  test.each([
    [null],
    [{}],
    [{ keys: {} }],
    [{ keys: Array.from({ length: 65 }, () => ({})) }],
    [{ keys: [{ scheme: 'ecdsa-sha2-nistp256', key: 7 }] }],
  ])('of another shape is refused: %j', (json) => {
    expect(failure(() => readPublicKeys(json, 'registry'))).toMatch(/^`registry` /);
  });

  test('leaves out keys of other schemes', () => {
    expect(readPublicKeys({ keys: [{ scheme: 'ssh-ed25519', key: 'x', keyid: 'y' }, null] }, 'registry')).toEqual([]);
  });
});

describe('keys in files', () => {
  test('a passphrase protects one', () => {
    const pem = makeSigningKey('open sesame');
    expect(failure(() => readSigningKey(pem, 'k'))).toBe('`k` is protected by a passphrase');
    expect(failure(() => readSigningKey(pem, 'k', 'wrong'))).toBe('`k` does not open with this passphrase');
    expect(readSigningKey(pem, 'k', 'open sesame').keyid).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  test('the public half is read from PEM and from base64', () => {
    const pem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const base64 = key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    for (const text of [pem, base64]) expect(readVerifyingKey(text, 'k').keyid).toBe(key.keyid);
  });

  test('other keys and other texts are refused', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ed = generateKeyPairSync('ed25519');
    for (const pair of [rsa, ed]) {
      const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      expect(failure(() => readSigningKey(pem, 'k'))).toBe('`k` holds a key of another kind than ECDSA over P-256');
      expect(failure(() => readVerifyingKey(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'k'))).toMatch(
        /holds no public key/,
      );
    }
    for (const text of ['', 'x', '\0', 'A'.repeat(20_000)]) {
      expect(failure(() => readSigningKey(text, 'k'))).toMatch(/^`k` (holds no private key|is too long)/);
      expect(failure(() => readVerifyingKey(text, 'k'))).toMatch(/^`k` holds no public key/);
    }
    // A private key where a public one belongs.
    expect(failure(() => readVerifyingKey(makeSigningKey(), 'k'))).toMatch(/holds no public key/);
  });
});
