export * from './registry.ts';
export { makeSigningKey, readSigningKey } from './keys.ts';
export { differencesOf, releaseStatement, type ReleaseDigests, type SourceDigest, type Statement } from './statement.ts';
export { signStatement } from './sign-statement.ts';
export { bundleKeyid, maxBundleBytes, verifyBundle } from './verify-bundle.ts';
