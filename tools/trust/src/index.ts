export { makeSigningKey, readSigningKey, readVerifyingKey, type SigningKey, type VerifyingKey } from './keys.ts';
export { publicKeysOf, readPublicKeys, type PublicKeys } from './public-keys.ts';
export { signRelease, verifyRelease, type RegistrySignature, type SignedRelease } from './registry-signature.ts';
export { differencesOf, releaseStatement, type ReleaseDigests, type SourceDigest, type Statement } from './statement.ts';
export { maxBundleBytes, signStatement, verifyBundle } from './statement-bundle.ts';
