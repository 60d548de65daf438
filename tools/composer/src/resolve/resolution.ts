import type { ComponentName, Place, RegistryComponent, Version } from '@moby/model';

/** Which versions stand in which root, and why. */
export interface Resolution {
  /** `''` is the machine; then the entries in the assembly's order. Components sorted by name. */
  readonly roots: readonly ResolvedRoot[];
  /** `name@version` → the component. */
  readonly components: ReadonlyMap<string, RegistryComponent>;
  readonly edges: readonly ResolvedEdge[];
  readonly dropped: readonly string[];
}

export interface ResolvedRoot {
  readonly scope: string;
  readonly components: readonly ResolvedComponent[];
}

export interface ResolvedComponent {
  readonly name: ComponentName;
  readonly version: Version;
}

/** Who needs what, and who meets it. */
export interface ResolvedEdge {
  /** `''` for the assembly itself, else `name` or `scope/name`. */
  readonly from: string;
  /** Component or capability. */
  readonly need: string;
  readonly range: string;
  /** `name` or `scope/name`. */
  readonly by: string;
  /** For edges of the assembly: `services[0].component`. */
  readonly where?: string;
  readonly place?: Place;
  readonly recommended: boolean;
}
