import type { Edge } from '@moby/abi';
import type { ComponentName, Version } from '@moby/model';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';

/** An assembly that doesn't pass, and the world in which changes of it are tried. */
export interface RepairProblem {
  readonly assembly: Assembly;
  /** What was chosen, and doesn't fit. */
  readonly resolution: Resolution;
  readonly errors: readonly Edge[];
  readonly shelf: Shelf;
  /** parse → resolve → check of a changed assembly, without a word and without a trace; undefined where it doesn't fit. */
  readonly tryOut: (assembly: Assembly) => Promise<Resolution | undefined>;
}

/** What there is to choose from. */
export interface Shelf {
  /** Oldest first. */
  readonly versions: (name: ComponentName) => Promise<readonly Version[]>;
  /** Components with a file or link of this name where programs and loaders look; sorted. */
  readonly providers: (fileName: string) => Promise<readonly ComponentName[]>;
}
