export { readNpmSettings, userConfigFile, type NpmSettings } from './npmrc.ts';
export { openNpmRegistry, type NpmRegistryOptions } from './open-npm-registry.ts';
export { registryAddress } from './registry-address.ts';
