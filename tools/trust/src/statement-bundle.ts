import { bundleFromJSON, bundleToJSON, isBundleWithDsseEnvelope, type SerializedBundle } from '@sigstore/bundle';
import { DSSEBundleBuilder } from '@sigstore/sign';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import { canonicalJson, Failure } from '@moby/model';
import type { SigningKey, VerifyingKey } from './keys.ts';

const payloadType = 'application/vnd.in-toto+json';
/** Of a bundle as text; one with a thousand sources has 300 kB. */
export const maxBundleBytes: number = 2 ** 20;

/** A statement in a DSSE envelope, signed by one's own key, as a sigstore bundle: no log and no clock is asked. */
export async function signStatement(key: SigningKey, statement: object): Promise<SerializedBundle> {
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const builder = new DSSEBundleBuilder({
    signer: {
      sign: (data) => Promise.resolve({ signature: key.sign(data), key: { $case: 'publicKey', publicKey, hint: key.keyid } }),
    },
    witnesses: [],
  });
  return bundleToJSON(await builder.create({ data: Buffer.from(canonicalJson(statement)), type: payloadType }));
}

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
