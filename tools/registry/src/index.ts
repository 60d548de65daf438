export { readManifest, treeDigest } from './component-folder.ts';
export { openCheckedRegistry } from './checked-registry.ts';
export { openComponents, type ComponentPlaces, type RegistryPlaces } from './open-components.ts';
export { openOverlayRegistry } from './overlay-registry.ts';
export { openRankedRegistry } from './ranked-registry.ts';
export { openSingleRegistry, openWorkspaceRegistry } from './workspace-registry.ts';
export { openRefreshedRegistry, type Refreshed } from './refreshed-registry.ts';
