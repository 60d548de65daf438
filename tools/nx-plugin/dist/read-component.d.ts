import { type Range, type Version } from '@moby/model';
/** What the graph needs of a component's package.json. */
export interface ComponentNeeds {
    readonly name: string;
    readonly line: string;
    /** Undefined where the version can't be read: such a line is taken to meet every range. */
    readonly version: Version | undefined;
    /** Component or capability → range. */
    readonly needs: readonly Need[];
    /** Capability → version or window, in which undefined stands for what can't be read. */
    readonly provides: ReadonlyMap<string, Range | undefined>;
}
export interface Need {
    readonly name: string;
    /** Undefined where it can't be read: taken to admit everything. */
    readonly range: Range | undefined;
}
/**
 * Reads leniently, unlike `parseManifest`: a graph without the edges of a broken manifest would hide what a change to it
 * can touch. What can't be read admits everything; `component validate` says what is wrong.
 */
export declare function readComponent({ name, line, text, }: {
    readonly name: string;
    readonly line: string;
    readonly text: string;
}): ComponentNeeds;
export declare function recordOf(value: unknown): Readonly<Record<string, unknown>>;
//# sourceMappingURL=read-component.d.ts.map