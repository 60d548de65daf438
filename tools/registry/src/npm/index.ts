export { readNpmSettings, userConfigFile, type NpmSettings } from './npmrc.ts';
export { npmTrust } from './npm-trust.ts';
export { openNpmParts, openNpmRegistry, type NpmRegistryOptions, type NpmTrust } from './open-npm-registry.ts';
export { cataloguePath } from './component-list.ts';
export { readPackument, type Packument, type PublishedVersion } from './packument.ts';
export { registryAddress } from './registry-address.ts';
export { keysPath } from './registry-trust.ts';
export { openTrustedKeys, type KnownKeys, type TrustFiles } from './trusted-keys.ts';
export { verifyRelease, type NamedRelease, type VerifiedPart } from './verify-release.ts';
