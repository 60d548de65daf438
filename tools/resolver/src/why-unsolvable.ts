import type { Universe } from '@moby/model';
import { Catalogue } from './catalogue.ts';
import { Encoding, type Given } from './encoding.ts';
import { findLoosenings } from './loosenings.ts';
import { PreferenceWalk } from './preference-walk.ts';
import { proveBriefly } from './prove-briefly.ts';
import { findRelaxations } from './relaxations.ts';
import type { RootFact, Unsolvable } from './result.ts';
import { formatRootFact, rootFactsOf, withRootFacts } from './root-facts.ts';
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

export interface Impossible {
  readonly kind: 'impossible';
  readonly catalogue: Catalogue;
  readonly causes: ReadonlySet<Given>;
}

/** Shrinks a proof to few facts of the root and of the universe, and looks for ways out. */
export function whyUnsolvable(found: Impossible): Unsolvable {
  const prober = new Prober(found.catalogue);
  const { universe } = found.catalogue;
  const { core, causes } = shrinkRoot(universe, found, prober);
  const derivation = proveBriefly([...causes]);
  const relax = findRelaxations(universe, core, prober);
  return { status: 'unsolvable', derivation, core, relax, loosenings: findLoosenings(universe, core, prober) };
}

/** Leaves out the root's facts one after the other, the last first, as long as it stays impossible. */
function shrinkRoot(
  universe: Universe,
  found: Impossible,
  prober: Prober,
): { readonly causes: ReadonlySet<Given>; readonly core: readonly RootFact[] } {
  let { causes } = found;
  let core = usedRootFacts(causes);
  for (const key of [...core].toReversed()) {
    if (!core.has(key)) continue;
    const probe = prober.try(withRootFacts(universe, (fact) => formatRootFact(fact) !== key && isInUse(core, fact)));
    if (probe.kind !== 'impossible') continue;
    causes = probe.causes;
    core = usedRootFacts(causes);
  }
  return { causes, core: rootFactsOf(universe).filter((fact) => core.has(formatRootFact(fact))) };
}

/** An override has no nogood of its own: it stays. */
function isInUse(core: ReadonlySet<string>, fact: RootFact): boolean {
  return fact.kind === 'root-overrides' || core.has(formatRootFact(fact));
}

export function usedRootFacts(causes: Iterable<Given>): ReadonlySet<string> {
  const used = new Set<string>();
  for (const cause of causes) if ('root' in cause) used.add(formatRootFact(cause.root));
  return used;
}
