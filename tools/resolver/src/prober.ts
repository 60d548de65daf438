import type { Universe } from '@moby/model';
import { Catalogue } from './catalogue.ts';
import { Encoding, type Given } from './encoding.ts';
import { PreferenceWalk } from './preference-walk.ts';
import { formatRootFact } from './root-facts.ts';
import { search, StepBudget } from './search.ts';

/** Searches that are spent on shrinking and on ways out, in all, and what they may cost together. */
const maxProbes = 400;
const maxProbeSteps = 2_000_000;
const maxProbeConflicts = 5_000;

/** What a search without locks and recommendations says. */
export type Probe =
  | { readonly kind: 'solution'; readonly walk: PreferenceWalk }
  | { readonly kind: 'impossible'; readonly causes: ReadonlySet<Given> }
  | { readonly kind: 'limit' };

/** Tries other universes, as often as it may. */
export class Prober {
  readonly catalogue: Catalogue;
  readonly #budget = new StepBudget({ maxSteps: maxProbeSteps, maxConflicts: maxProbeConflicts });
  #left = maxProbes;

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
  }

  try(universe: Universe): Probe {
    if (this.#left === 0 || this.#budget.isSpent) return { kind: 'limit' };
    this.#left -= 1;
    const encoding = new Encoding(new Catalogue(universe, this.catalogue));
    const walk = new PreferenceWalk(encoding, { preferLocked: false });
    const found = search(encoding.engine, walk, this.#budget);
    if (found.kind === 'impossible') return { kind: 'impossible', causes: encoding.engine.causesOf(found.proof) };
    return found.kind === 'solution' ? { kind: 'solution', walk } : { kind: 'limit' };
  }
}

export function usedRootFacts(causes: Iterable<Given>): ReadonlySet<string> {
  const used = new Set<string>();
  for (const cause of causes) if ('root' in cause) used.add(formatRootFact(cause.root));
  return used;
}
