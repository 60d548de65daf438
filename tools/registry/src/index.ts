export { readManifest, treeDigest } from './component-folder.ts';
export { openOverlayRegistry } from './overlay-registry.ts';
export { openSingleRegistry, openWorkspaceRegistry } from './workspace-registry.ts';
export { openRefreshedRegistry, type Refreshed } from './refreshed-registry.ts';
