import type { LibrarySide } from '../library/library-side.ts';

/**
 * The components that count as critical: the roots, and whatever they need in turn, by name or by capability; of a capability all who offer
 * it. Undefined where there are roots and a manifest can't be read.
 */
export function criticalComponents({ components, providers }: LibrarySide, roots: readonly string[]): ReadonlySet<string> | undefined {
  const critical = new Set<string>();
  if (roots.length === 0) return critical;
  const lines = [...components.values()].flatMap((component) => component.lines);
  if (lines.some(({ manifest, says }) => manifest !== undefined && says === undefined)) return undefined;
  // Grows while it is gone through.
  const needs = new Set<string>(roots);
  for (const need of needs) {
    for (const name of providers.get(need) ?? [need]) {
      if (critical.has(name)) continue;
      critical.add(name);
      for (const { says } of components.get(name)?.lines ?? []) for (const next of Object.keys(says?.requires ?? {})) needs.add(next);
    }
  }
  return critical;
}
