export { createDependencies } from './create-dependencies.ts';
export { createNodesV2 } from './create-nodes.ts';
export { edgesOf, type Edge, type Workspace } from './edges.ts';
export { readAssembly, type AssemblyNeeds } from './read-assembly.ts';
export { readComponent, type ComponentNeeds } from './read-component.ts';
export declare const name = "@moby/nx-plugin";
//# sourceMappingURL=index.d.ts.map