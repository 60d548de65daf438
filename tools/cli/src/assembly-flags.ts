import type { Layout } from '@moby/model';
import type { WorldFlags } from './surroundings.ts';

/** The flags of a command that sends an assembly down the line. */
export interface AssemblyFlags extends WorldFlags {
  readonly with?: readonly string[] | undefined;
  readonly without?: readonly string[] | undefined;
  readonly replace?: readonly string[] | undefined;
  readonly layout?: Layout | undefined;
  readonly locked?: boolean;
  readonly offline?: boolean;
  readonly frozen?: boolean;
  readonly platform?: string | undefined;
  readonly out?: string | undefined;
}

/** The default zstd level of segments (docs: budget.size is measured with it). */
export const segmentLevel = 3;
