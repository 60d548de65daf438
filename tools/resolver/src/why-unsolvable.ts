import type { Universe } from '@moby/model';
import type { Catalogue } from './catalogue.ts';
import type { Given } from './encoding.ts';
import { findLoosenings } from './loosenings.ts';
import { Prober, usedRootFacts } from './prober.ts';
import { proveBriefly } from './prove-briefly.ts';
import { findRelaxations } from './relaxations.ts';
import type { RootFact, Unsolvable } from './result.ts';
import { formatRootFact, rootFactsOf, withRootFacts } from './root-facts.ts';

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
