import { createHash, verify } from 'node:crypto';
import { canonicalJson, Failure } from '@moby/model';
import type { SigningKey, VerifyingKey } from './keys.ts';
import { payloadType, statementType } from './statement.ts';

/** A DSSE envelope (secure-systems-lab/dsse, protocol 1.0.2) with one signature. */
export interface Envelope {
  readonly payloadType: typeof payloadType;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly [{ readonly keyid: string; readonly sig: string }];
}

/** A document by the name under which it is served. */
export interface NamedDocument {
  /** As `-/moby/v1/index`. */
  readonly name: string;
  /** Its bytes are those of its canonical JSON, so that it may be sent in any form. */
  readonly document: object;
}

const predicateType = 'urn:moby-compose:document:v1';
const maxPayloadLength = 4096;

/** An in-toto statement about a document's digest, signed: small, however large the document is. */
export function signDocument(key: SigningKey, { name, document }: NamedDocument): Envelope {
  const payload = Buffer.from(statementAbout({ name, document }));
  return {
    payloadType,
    payload: payload.toString('base64'),
    signatures: [{ keyid: key.keyid, sig: key.sign(signedBytes(payload)).toString('base64') }],
  };
}

/**
 * The key by which exactly this document was signed. One that has an end vouches for no document any more: what is served now is signed
 * by the key that is in use. `what` is for messages. Throws `bad-signature`.
 */
export function verifyDocument(
  envelope: unknown,
  { name, document, keys, what }: NamedDocument & { readonly keys: readonly VerifyingKey[]; readonly what: string },
): VerifyingKey {
  const bad = (why: string): Failure =>
    new Failure({
      code: 'bad-signature',
      message: `${what} ${why}`,
      hints: ['nothing of it was used; ask whoever runs the registry, and compare with another copy of it'],
    });
  const keyid = envelopeKeyid(envelope);
  if (!isEnvelope(envelope) || keyid === undefined) throw bad('carries no signature in a DSSE envelope');
  const key = keys.find((one) => one.keyid === keyid);
  if (key === undefined) throw bad(`is signed by ${keyid}, which is not among the known keys`);
  if (key.expires !== undefined) throw bad(`is signed by ${keyid}, which was replaced by another key`);
  const payload = Buffer.from(envelope.payload, 'base64');
  const [{ sig }] = envelope.signatures;
  if (!verify('sha256', signedBytes(payload), key.publicKey, Buffer.from(sig, 'base64')))
    throw bad(`carries a signature that is not by ${keyid}`);
  if (payload.toString('utf8') !== statementAbout({ name, document })) throw bad(`has another content than ${keyid} has signed`);
  return key;
}

/** By which key an envelope says that it is signed, within bounds; undefined where it is none. */
export function envelopeKeyid(envelope: unknown): string | undefined {
  return isEnvelope(envelope) ? envelope.signatures[0].keyid : undefined;
}

/** DSSE's pre-authentication encoding. */
function signedBytes(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
}

function statementAbout({ name, document }: NamedDocument): string {
  const sha256 = createHash('sha256').update(canonicalJson(document)).digest('hex');
  return canonicalJson({ _type: statementType, subject: [{ name, digest: { sha256 } }], predicateType, predicate: {} });
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null || !('signatures' in value) || !('payload' in value)) return false;
  const { signatures, payload } = value;
  if (!('payloadType' in value) || value.payloadType !== payloadType || !Array.isArray(signatures) || signatures.length !== 1) return false;
  if (typeof payload !== 'string' || payload.length > maxPayloadLength) return false;
  const first: unknown = signatures[0];
  return typeof first === 'object' && first !== null && isShort(first, 'keyid') && isShort(first, 'sig');
}

function isShort(value: object, field: string): boolean {
  const text: unknown = new Map<string, unknown>(Object.entries(value)).get(field);
  return typeof text === 'string' && /^[A-Za-z0-9:+/=]{1,200}$/.test(text);
}
