import { type CreateNodesV2 } from '@nx/devkit';
/** Component lines, components, assemblies and the schemas as projects; targets of the tools from what lies in their folders. */
export declare const createNodesV2: CreateNodesV2;
//# sourceMappingURL=create-nodes.d.ts.map