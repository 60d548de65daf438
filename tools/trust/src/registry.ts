/** What a registry's own signatures need: sigstore's libraries, which take long to load, are not among it. */
export { readVerifyingKey, type SigningKey, type VerifyingKey } from './keys.ts';
export { publicKeysOf, readPublicKeys, type PublicKeys } from './public-keys.ts';
export { signRelease, verifyRelease, type RegistrySignature, type SignedRelease } from './registry-signature.ts';
export { envelopeKeyid, signDocument, verifyDocument, type Envelope, type NamedDocument } from './signed-document.ts';
