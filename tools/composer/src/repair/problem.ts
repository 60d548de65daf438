import type { Edge } from '@moby/abi';
import type { ComponentName, Version } from '@moby/model';
import type { MissingPart } from '../check/missing-part.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';

/** An assembly that doesn't pass, and the world in which changes of it are tried. */
export interface RepairProblem {
  readonly assembly: Assembly;
  /** What was chosen, and doesn't fit. */
  readonly resolution: Resolution;
  /** What is wrong, one finding each. */
  readonly faults: readonly Fault[];
  readonly shelf: Shelf;
  /** parse → resolve → check of a changed assembly, without a word and without a trace; undefined where nothing can be chosen. */
  readonly tryOut: (assembly: Assembly) => Promise<Tried | undefined>;
}

/** One finding: edges of one rule between two components, or something that the assembly has to have. */
export type Fault = { readonly edges: readonly Edge[] } | { readonly part: MissingPart };

export interface Tried {
  readonly resolution: Resolution;
  /** What is wrong with it: `keysOf` its faults. */
  readonly wrong: ReadonlySet<string>;
}

/** What there is to choose from. */
export interface Shelf {
  /** Oldest first. */
  readonly versions: (name: ComponentName) => Promise<readonly Version[]>;
  /** Components with a file or link of this name where programs and loaders look; sorted. */
  readonly providers: (fileName: string) => Promise<readonly ComponentName[]>;
}

/** What a fault is known by in another state of the assembly: without versions. */
export function keysOf(fault: Fault): readonly string[] {
  if ('part' in fault) return [`${fault.part.run?.name ?? ''}\0${fault.part.volume ?? ''}`];
  return fault.edges.map(({ rule, root, from, need }) => [rule, root, from.component, from.path ?? '', need].join('\0'));
}
