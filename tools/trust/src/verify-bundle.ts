import { bundleFromJSON, isBundleWithDsseEnvelope } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import { Failure } from '@moby/model';
import type { VerifyingKey } from './keys.ts';
import { payloadType } from './statement.ts';

/** Of a bundle as text; one with a thousand sources has 300 kB. */
export const maxBundleBytes: number = 2 ** 20;

/**
 * The statement of a bundle whose signature is by one of the keys, parsed and otherwise unjudged (see `differencesOf`), with that key.
 * `at` is when it has to have been valid: a bundle holds no time that could be trusted. `what` is for messages. Throws `bad-signature`.
 */
export function verifyBundle(
  json: unknown,
  keys: readonly VerifyingKey[],
  what: string,
  at: Date,
): { readonly statement: unknown; readonly key: VerifyingKey } {
  const bad = (why: string): Failure =>
    new Failure({ code: 'bad-signature', message: `the signed statement of ${what} ${why}`, hints: ['do not use it; ask its publisher'] });
  let found: VerifyingKey | undefined;
  const find = (hint: string): { publicKey: VerifyingKey['publicKey']; validFor: (date: Date) => boolean } => {
    found = keys.find(({ keyid }) => keyid === hint);
    if (found === undefined) throw bad('is by a key that is not trusted here');
    const { publicKey, expires } = found;
    if (expires !== undefined && at >= expires) throw bad(`is by ${found.keyid}, which has expired`);
    return { publicKey, validFor: (date) => expires === undefined || date < expires };
  };
  try {
    const bundle = bundleFromJSON(json);
    if (!isBundleWithDsseEnvelope(bundle)) throw bad('is no DSSE envelope');
    const { dsseEnvelope } = bundle.content;
    if (dsseEnvelope.payloadType !== payloadType) throw bad('is of another type than in-toto');
    if (dsseEnvelope.signatures.length !== 1) throw bad(`has ${dsseEnvelope.signatures.length} signatures in place of one`);
    const nobody = { mediaType: '', tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] };
    const verifier = new Verifier(toTrustMaterial(nobody, find), { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    verifier.verify(toSignedEntity(bundle));
    if (found === undefined) throw bad('is not signed by a plain key');
    return { statement: JSON.parse(dsseEnvelope.payload.toString('utf8')), key: found };
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (error instanceof VerificationError) throw bad(`is not what was signed: ${error.message}`);
    throw bad('is not a sigstore bundle');
  }
}

/** By which key a bundle says that it is signed; undefined where it says none. */
export function bundleKeyid(json: unknown): string | undefined {
  let at = json;
  for (const field of ['verificationMaterial', 'publicKey', 'hint'])
    at = typeof at === 'object' && at !== null ? new Map<string, unknown>(Object.entries(at)).get(field) : undefined;
  return typeof at === 'string' && /^SHA256:[A-Za-z0-9+/]{43}$/.test(at) ? at : undefined;
}
