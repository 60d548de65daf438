import type { Edge } from '@moby/abi';

/** What the facts say of a resolution. An `unknown` is shown and counted apart, never taken for a pass. */
export interface Verdict {
  readonly edges: readonly Edge[];
  /** Kernel modules in load order, with their paths in the kernel's payload, as shipped. */
  readonly modules: readonly { readonly name: string; readonly path: string }[];
}
