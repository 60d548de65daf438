import { at } from './at.ts';
import { Engine } from './engine.ts';
import type { Nogood, Origin } from './nogood.ts';
import { search, type Guide, type StepBudget } from './search.ts';
import { onlyValue, valuesOf } from './value-set.ts';

export interface Refutation<Cause> {
  /** The caller's name of each variable of the proof. */
  readonly variables: readonly number[];
  readonly proof: Origin<Cause>;
  readonly causes: ReadonlySet<Cause>;
}

/**
 * A proof that not all of these nogoods can be kept, over variables of the given sizes; undefined if they can, or if none
 * was found within the budget. Conclusions are drawn from the last nogoods first, so what is said first is used last.
 */
export function refute<Cause>(
  nogoods: readonly Nogood<Cause>[],
  sizes: ReadonlyMap<number, number>,
  budget: StepBudget,
): Refutation<Cause> | undefined {
  const engine = new Engine<Cause>({ keepProof: true });
  const renamed = new Map<number, number>();
  for (const { terms } of nogoods) {
    for (const { variable } of terms) if (!renamed.has(variable)) renamed.set(variable, engine.addVariable(sizes.get(variable) ?? 0));
  }
  for (const { terms, origin } of nogoods) {
    engine.add({ terms: terms.map(({ variable, set }) => ({ variable: renamed.get(variable) ?? 0, set })), origin });
  }
  const found = search(engine, firstValueGuide(engine, renamed.size), budget);
  return found.kind === 'impossible'
    ? { variables: [...renamed.keys()], proof: found.proof, causes: engine.causesOf(found.proof) }
    : undefined;
}

/** Decides whatever is open, in order; absence first. */
function firstValueGuide<Cause>(engine: Engine<Cause>, count: number): Guide {
  return {
    next() {
      for (let variable = 0; variable < count; variable += 1) {
        if (onlyValue(engine.domain(variable)) === undefined) return { variable, value: at(valuesOf(engine.domain(variable)), 0) };
      }
      return 'done';
    },
    opened() {},
    closed() {},
  };
}
