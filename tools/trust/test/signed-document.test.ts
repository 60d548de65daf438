import { describe, expect, test } from 'vitest';
import { makeSigningKey, readSigningKey, signDocument, verifyBundle, verifyDocument, type Envelope } from '@moby/trust';

const key = readSigningKey(makeSigningKey(), 'a.key');
const other = readSigningKey(makeSigningKey(), 'b.key');
const named = { name: '-/moby/v1/index', document: { sequence: 3, components: { '@moby/redis': { provides: ['api:redis'] } } } };
const about = { ...named, keys: [other, key], what: 'the catalogue' };

function flipped(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString('base64');
}

test('a document is verified in whichever order its keys were sent', () => {
  const envelope = signDocument(key, named);
  const { components, sequence } = named.document;
  expect(verifyDocument(envelope, { ...about, document: { components, sequence } }).keyid).toBe(key.keyid);
});

test('sigstore’s verifier reads the same envelope', () => {
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: key.keyid } },
    dsseEnvelope: signDocument(key, named),
  };
  const { statement, key: by } = verifyBundle(bundle, [key], 'it', new Date());
  expect(by.keyid).toBe(key.keyid);
  expect(statement).toMatchObject({ subject: [{ name: '-/moby/v1/index', digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }] });
});

describe('is refused', () => {
  const good = signDocument(key, named);
  const [signature] = good.signatures;
  const cases: readonly (readonly [string, unknown, object, string])[] = [
    ['with another content', good, { document: { ...named.document, sequence: 4 } }, `has another content than ${key.keyid} has signed`],
    ['under another name', good, { name: '-/moby/v1/other' }, 'has another content than'],
    ['by a stranger', signDocument(other, named), { keys: [key] }, `is signed by ${other.keyid}, which is not among the known keys`],
    [
      'by a key that was replaced',
      good,
      { keys: [{ ...key, expires: new Date(0) }] },
      `is signed by ${key.keyid}, which was replaced by another key`,
    ],
    [
      'in another’s name',
      { ...good, signatures: [{ ...signature, keyid: other.keyid }] },
      {},
      `carries a signature that is not by ${other.keyid}`,
    ],
    [
      'with a byte of the signature changed',
      { ...good, signatures: [{ ...signature, sig: flipped(signature.sig) }] },
      {},
      'carries a signature that is not by',
    ],
    ['with a byte of the statement changed', { ...good, payload: flipped(good.payload) }, {}, 'carries a signature that is not by'],
    ['with two signatures', { ...good, signatures: [signature, signature] }, {}, 'carries no signature in a DSSE envelope'],
    ['of another type', { ...good, payloadType: 'text/plain' }, {}, 'carries no signature in a DSSE envelope'],
    ['without any', undefined, {}, 'carries no signature in a DSSE envelope'],
    ['with nothing in it', {} satisfies Partial<Envelope>, {}, 'carries no signature in a DSSE envelope'],
  ];
  test.each(cases)('%s', (_what, envelope, change, message) => {
    expect(() => verifyDocument(envelope, { ...about, ...change })).toThrow(
      expect.objectContaining({ code: 'bad-signature', message: expect.stringContaining(`the catalogue ${message}`) }),
    );
  });
});
