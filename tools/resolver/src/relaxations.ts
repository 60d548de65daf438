import type { Universe } from '@moby/model';
import type { RootFact } from './result.ts';
import { formatRootFact, rootFactsOf, withRootFacts } from './root-facts.ts';
import { usedRootFacts, type Prober } from './prober.ts';

/** Sets that are looked for, at most. */
const maxRelaxations = 12;

/**
 * Sets of root facts without which it solves: for each fact of the core the smallest set around it that was found, and
 * none with a fact too many. An override counts where taking it out alone is enough.
 */
export function findRelaxations(universe: Universe, core: readonly RootFact[], prober: Prober): readonly (readonly RootFact[])[] {
  const all = rootFactsOf(universe);
  const solvesWithout = (keys: ReadonlySet<string>): boolean =>
    prober.try(withRootFacts(universe, (fact) => !keys.has(formatRootFact(fact)))).kind === 'solution';
  const found = new Map<string, readonly RootFact[]>();
  const overrides = all.filter(({ kind }) => kind === 'root-overrides');
  for (const fact of core.slice(0, maxRelaxations)) {
    const grown = grow(universe, fact, prober);
    if (grown === undefined) continue;
    const keys = new Set(grown);
    for (const key of grown) {
      keys.delete(key);
      if (keys.size === 0 || !solvesWithout(keys)) keys.add(key);
    }
    const facts = all.filter((candidate) => keys.has(formatRootFact(candidate)));
    found.set(facts.map(formatRootFact).join('\n'), facts);
  }
  for (const fact of overrides.slice(0, maxRelaxations)) {
    if (solvesWithout(new Set([formatRootFact(fact)]))) found.set(formatRootFact(fact), [fact]);
  }
  return [...found.values()].toSorted((a, b) => a.length - b.length);
}

/** Takes facts out until it solves; what the root requires first, since that always ends. */
function grow(universe: Universe, start: RootFact, prober: Prober): readonly string[] | undefined {
  const keys = new Set([formatRootFact(start)]);
  for (;;) {
    const probe = prober.try(withRootFacts(universe, (fact) => !keys.has(formatRootFact(fact))));
    if (probe.kind === 'solution') return [...keys];
    if (probe.kind === 'limit') return undefined;
    const used = usedRootFacts(probe.causes);
    const next = rootFactsOf(universe).find((fact) => used.has(formatRootFact(fact)));
    if (next === undefined) return undefined;
    keys.add(formatRootFact(next));
  }
}
