import { isCapability } from '@moby/model';
import type { LibrarySide } from './library-side.ts';

/**
 * Every component that a resolution from these needs can come to look at: those that are named, those that offer a capability that is
 * needed, and what each version of them needs in turn. Names are in it also where there is no such component.
 */
export function reachable({ components, providers }: LibrarySide, needs: Iterable<string>): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<string>(needs);
  // A set's iterator meets what is added while it goes.
  for (const need of seen) {
    for (const name of isCapability(need) ? (providers.get(need) ?? []) : [need]) {
      if (names.has(name)) continue;
      names.add(name);
      for (const { says } of components.get(name)?.lines ?? []) for (const next of says?.needs ?? []) seen.add(next);
    }
  }
  return names;
}
