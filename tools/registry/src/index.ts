export {
  componentFileLimits,
  digestOfTree,
  isOfTree,
  lineOf,
  parseNamedKernelSymbols,
  readManifest,
  treeDigest,
  treeLimits,
  treeTooLarge,
  type TreeFile,
} from './component-folder.ts';
export { openCheckedRegistry } from './checked-registry.ts';
export { openComponents, type ComponentPlaces, type RegistryPlaces } from './open-components.ts';
export { openOverlayRegistry } from './overlay-registry.ts';
export { openRankedRegistry } from './ranked-registry.ts';
export { isLineFolder, openSingleRegistry, openWorkspaceRegistry } from './workspace-registry.ts';
export { openRefreshedRegistry, type Refreshed } from './refreshed-registry.ts';
