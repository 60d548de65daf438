import type { AssemblyNeeds } from './read-assembly.ts';
import type { ComponentNeeds } from './read-component.ts';
export interface Workspace {
    readonly components: readonly ComponentNeeds[];
    readonly assemblies: readonly AssemblyNeeds[];
}
export interface Edge {
    readonly source: string;
    readonly target: string;
}
/**
 * The graph behind `affected`: an edge goes to every line that a range or a capability admits, not only to the one that
 * a lock chose, because a change of any of them can change the choice. Sorted, each edge once.
 */
export declare function edgesOf({ components, assemblies }: Workspace): readonly Edge[];
//# sourceMappingURL=edges.d.ts.map