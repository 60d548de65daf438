import { at } from './at.ts';
import { byCodeUnits } from './catalogue.ts';
import { factOf, rangesIn, selectionOf, type KnownRanges } from './describe-facts.ts';
import { makeNogood, termOf, unmet, type Given, type Instance, type Target } from './encoding.ts';
import type { Nogood, Origin, Term } from './nogood.ts';
import { refute, type Refutation } from './refute.ts';
import type { Derivation, DerivedTerm } from './result.ts';
import { StepBudget } from './search.ts';
import { complement, equalSets, has, isSubset, union } from './value-set.ts';

/** Facts up to which each is tried to be left out; beyond, the proof stays as it was found. */
const maxFactsToShrink = 400;
/** Conflicts that shrinking may cost in all. */
const maxShrinkingConflicts = 10_000;

/**
 * A short derivation from facts that can't all be kept: requirements that versions of one component share are joined,
 * every fact that is not needed is left out, and the rest is proved again from the start.
 */
export function proveBriefly(causes: readonly Given[]): Derivation {
  const budget = new StepBudget({ maxSteps: Number.POSITIVE_INFINITY, maxConflicts: maxShrinkingConflicts });
  let facts = inProofOrder(causes);
  facts = simplest(facts, joined(facts), budget) ?? facts;
  facts = shrunk(facts, budget);
  facts = narrowed(facts, budget);
  const refutation = refuteFacts(facts, new StepBudget({ maxSteps: Number.POSITIVE_INFINITY, maxConflicts: Number.POSITIVE_INFINITY }));
  if (refutation === undefined) throw new Error('the facts of a proof can all be kept');
  return new Deriver(refutation, facts).derive(refutation.proof, []);
}

/** The root's entries come last: conclusions about the universe are drawn before they are used. */
function inProofOrder(causes: readonly Given[]): readonly Given[] {
  const rank = ({ kind }: Given): number => (kind === 'root-requires' ? 2 : kind === 'requires' ? 0 : 1);
  return causes.toSorted((a, b) => rank(a) - rank(b));
}

function refuteFacts(facts: readonly Given[], budget: StepBudget): Refutation<Given> | undefined {
  const sizes = new Map<number, number>();
  for (const fact of facts) for (const { variable, package: of } of instancesOf(fact)) sizes.set(variable, of.size);
  return refute(
    facts.flatMap((fact) => nogoodOf(fact) ?? []),
    sizes,
    budget,
  );
}

function simplest(before: readonly Given[], after: readonly Given[], budget: StepBudget): readonly Given[] | undefined {
  return after.length < before.length && refuteFacts(after, budget) !== undefined ? after : undefined;
}

function shrunk(facts: readonly Given[], budget: StepBudget): readonly Given[] {
  let current = used(facts, refuteFacts(facts, budget)) ?? facts;
  if (current.length > maxFactsToShrink) return current;
  for (const fact of current.toReversed()) {
    if (!current.includes(fact)) continue;
    const rest = current.filter((other) => other !== fact);
    current = used(rest, refuteFacts(rest, budget)) ?? current;
  }
  return current;
}

function used(facts: readonly Given[], refutation: Refutation<Given> | undefined): readonly Given[] | undefined {
  return refutation === undefined ? undefined : facts.filter((fact) => refutation.causes.has(fact));
}

/** One statement for all versions of a component that need the same thing, each in its own range. */
function joined(facts: readonly Given[]): readonly Given[] {
  const families = new Map<string, Given & { readonly kind: 'requires' }>();
  const others: Given[] = [];
  const misfits = new Map<string, Misfit>();
  for (const fact of facts) {
    if (fact.kind === 'misfit') {
      // Versions of one component that all don't fit the same version of another.
      const { who, other } = fact;
      const key = `${who.instance.variable} ${other.instance.variable} ${other.set.join()}`;
      const known = misfits.get(key);
      misfits.set(key, known === undefined ? fact : joinedMisfits(known, fact));
      continue;
    }
    if (fact.kind !== 'requires') {
      others.push(fact);
      continue;
    }
    const { need, in: place } = at(fact.atoms, 0);
    const key = `${fact.who.instance.variable}\n${need}\n${place}`;
    const known = families.get(key);
    families.set(key, known === undefined ? fact : joinedPair(known, fact));
  }
  return inProofOrder([...families.values(), ...misfits.values(), ...others]);
}

type Misfit = Given & { readonly kind: 'misfit' };

function joinedMisfits(a: Misfit, b: Misfit): Misfit {
  return { ...a, who: { instance: a.who.instance, set: union(a.who.set, b.who.set) }, reasons: [...a.reasons, ...b.reasons] };
}

type Requires = Given & { readonly kind: 'requires' };

function joinedPair(a: Requires, b: Requires): Requires {
  const targets = [...a.targets];
  for (const target of b.targets) {
    const index = targets.findIndex(({ instance }) => instance === target.instance);
    const known = targets[index];
    if (known === undefined) targets.push(target);
    else targets[index] = { instance: known.instance, set: union(known.set, target.set) };
  }
  return {
    kind: 'requires',
    who: { instance: a.who.instance, set: union(a.who.set, b.who.set) },
    atoms: [...a.atoms, ...b.atoms],
    targets,
    available: [...a.available, ...b.available],
  };
}

/** Speaks of those versions only that something in the proof asks for, where that is enough: `crun@^1.20`. */
function narrowed(facts: readonly Given[], budget: StepBudget): readonly Given[] {
  let current = facts;
  for (const fact of facts) {
    if (fact.kind !== 'requires') continue;
    for (const asked of current.flatMap(targetsOf)) {
      if (asked.instance !== fact.who.instance || !isSubset(asked.set, fact.who.set) || equalSets(asked.set, fact.who.set)) continue;
      const narrower: Given = { ...fact, who: asked };
      const next = current.map((other) => (other === fact ? narrower : other));
      if (refuteFacts(next, budget) === undefined) continue;
      current = next;
      break;
    }
  }
  return current;
}

function targetsOf(fact: Given): readonly Target[] {
  if (fact.kind === 'root-requires') return fact.entry.targets;
  return fact.kind === 'requires' ? fact.targets : [];
}

function nogoodOf(fact: Given): Nogood<Given> | undefined {
  return makeNogood(termsOf(fact), fact);
}

function termsOf(fact: Given): readonly Term[] {
  switch (fact.kind) {
    case 'root-requires':
      return fact.entry.targets.map(unmet);
    case 'root-constrains':
    case 'root-conflicts':
    case 'platform':
    case 'yanked':
      return [termOf(fact.excluded)];
    case 'requires':
      return [termOf(fact.who), ...fact.targets.map(unmet)];
    case 'conflicts':
    case 'slot':
    case 'misfit':
      return [termOf(fact.who), termOf(fact.other)];
    case 'soft':
      throw new Error('a proof rests on a preference');
  }
}

function instancesOf(fact: Given): readonly Instance[] {
  switch (fact.kind) {
    case 'root-requires':
      return fact.entry.targets.map(({ instance }) => instance);
    case 'root-constrains':
    case 'root-conflicts':
    case 'platform':
    case 'yanked':
      return [fact.excluded.instance];
    case 'requires':
      return [fact.who.instance, ...fact.targets.map(({ instance }) => instance)];
    case 'conflicts':
    case 'slot':
    case 'misfit':
      return [fact.who.instance, fact.other.instance];
    case 'soft':
      return [];
  }
}

/** Turns the engine's chains of resolutions into a tree of statements, shared parts only once. */
class Deriver {
  readonly #refutation: Refutation<Given>;
  readonly #ranges: KnownRanges;
  readonly #instances: ReadonlyMap<number, Instance>;
  readonly #made = new Map<Origin<Given>, Derivation>();

  constructor(refutation: Refutation<Given>, facts: readonly Given[]) {
    this.#refutation = refutation;
    this.#ranges = rangesIn(facts);
    this.#instances = new Map(facts.flatMap(instancesOf).map((instance) => [instance.variable, instance]));
  }

  derive(origin: Origin<Given>, terms: readonly Term[]): Derivation {
    let made = this.#made.get(origin);
    if (made === undefined) this.#made.set(origin, (made = this.#make(origin, terms)));
    return made;
  }

  #make(origin: Origin<Given>, terms: readonly Term[]): Derivation {
    if (origin.kind === 'given') return { kind: 'fact', fact: factOf(origin.cause, this.#ranges), terms: this.#say(terms) };
    const [first, ...rest] = origin.chain;
    if (first === undefined) throw new Error('a proof without a beginning');
    return rest.reduce<Derivation>(
      (before, { nogood, terms: after }) => {
        return { kind: 'derived', causes: [before, this.derive(nogood.origin, nogood.terms)], terms: this.#say(after) };
      },
      this.derive(first.nogood.origin, first.nogood.terms),
    );
  }

  #say(terms: readonly Term[]): readonly DerivedTerm[] {
    return terms
      .flatMap(({ variable, set }): readonly DerivedTerm[] => {
        const instance = this.#instances.get(at(this.#refutation.variables, variable));
        if (instance === undefined) return [];
        const chosen = !has(set, 0);
        const versions = chosen ? set : complement(set, instance.package.size);
        return [{ kind: chosen ? 'chosen' : 'not-chosen', selection: selectionOf({ instance, set: versions }, this.#ranges) }];
      })
      .toSorted((a, b) => byCodeUnits(a.kind, b.kind) || byCodeUnits(a.selection.key, b.selection.key));
  }
}
