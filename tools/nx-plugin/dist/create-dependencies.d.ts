import { type CreateDependencies } from '@nx/devkit';
/** The edges between components, assemblies and the tools that their targets run, read from the manifests. */
export declare const createDependencies: CreateDependencies;
//# sourceMappingURL=create-dependencies.d.ts.map