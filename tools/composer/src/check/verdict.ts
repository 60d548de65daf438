import type { Edge } from '@moby/abi';

/** What the facts say of a resolution. An `unknown` is shown and counted apart, never taken for a pass. */
export interface Verdict {
  readonly edges: readonly PlacedEdge[];
  readonly counts: Readonly<Record<Edge['verdict'], number>>;
  /** Modules in load order with the path in the kernel's payload. */
  readonly modules: readonly { readonly name: string; readonly path: string }[];
}

/** An edge with the root that it stands in; `''` is the machine. */
export interface PlacedEdge {
  readonly root: string;
  readonly edge: Edge;
}
