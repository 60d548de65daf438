export { createDependencies } from './create-dependencies.js';
export { createNodesV2 } from './create-nodes.js';
export { edgesOf } from './edges.js';
export { readAssembly } from './read-assembly.js';
export { readComponent } from './read-component.js';
export const name = '@moby/nx-plugin';
//# sourceMappingURL=index.js.map