export { readNpmSettings, userConfigFile, type NpmSettings } from './npmrc.ts';
export { npmTrust } from './npm-trust.ts';
export { openNpmRegistry, type NpmRegistryOptions } from './open-npm-registry.ts';
export { openReleaseVerifier, type ReleaseVerifier } from './open-release-verifier.ts';
export { cataloguePath } from './component-list.ts';
export { readPackument, type Packument, type PublishedVersion } from './packument.ts';
export { registryAddress } from './registry-address.ts';
export { openTrustedKeys, type KnownKeys, type TrustFiles } from './trusted-keys.ts';
