import { type Need } from './read-component.ts';
/** What the graph needs of an assembly.yaml. */
export interface AssemblyNeeds {
    readonly name: string;
    readonly needs: readonly Need[];
    /** The assembly that it extends. */
    readonly extends: string | undefined;
}
/**
 * Reads leniently, as `readComponent` does and for the same reason. Constraints admit nothing by themselves, so they
 * give no edge; folders of one's own (`./app`) lie within the assembly's project.
 */
export declare function readAssembly({ name, text }: {
    readonly name: string;
    readonly text: string;
}): Promise<AssemblyNeeds>;
//# sourceMappingURL=read-assembly.d.ts.map