import type { Variation } from '@moby/composer';
import type { AssemblyFlags } from './assembly-flags.ts';

/** What the flags try on an assembly. */
export function variationOf({ with: added, without, replace, layout }: AssemblyFlags): Variation {
  return { with: added ?? [], without: without ?? [], replace: replace ?? [], ...(layout === undefined ? {} : { layout }) };
}
