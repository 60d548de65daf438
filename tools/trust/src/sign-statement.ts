import type { SerializedBundle } from '@sigstore/bundle';
import { canonicalJson } from '@moby/model';
import type { SigningKey } from './keys.ts';
import { payloadType } from './statement.ts';

/** A statement in a DSSE envelope, signed by one's own key, as a sigstore bundle: no log and no clock is asked. */
export async function signStatement(key: SigningKey, statement: object): Promise<SerializedBundle> {
  // These take half a second to load, and only who signs needs them.
  const [{ bundleToJSON }, { DSSEBundleBuilder }] = await Promise.all([import('@sigstore/bundle'), import('@sigstore/sign')]);
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const builder = new DSSEBundleBuilder({
    signer: {
      sign: (data) => Promise.resolve({ signature: key.sign(data), key: { $case: 'publicKey', publicKey, hint: key.keyid } }),
    },
    witnesses: [],
  });
  return bundleToJSON(await builder.create({ data: Buffer.from(canonicalJson(statement)), type: payloadType }));
}
