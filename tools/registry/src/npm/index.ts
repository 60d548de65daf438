export { readNpmSettings, userConfigFile, type NpmSettings } from './npmrc.ts';
export { openNpmRegistry, type NpmRegistryOptions } from './open-npm-registry.ts';
export { cataloguePath } from './component-list.ts';
export { readPackument, type Packument, type PublishedVersion } from './packument.ts';
export { registryAddress } from './registry-address.ts';
