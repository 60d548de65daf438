import type { Engine } from './engine.ts';
import type { Origin } from './nogood.ts';

/** What decides: called when everything that follows has been drawn. */
export interface Guide {
  /** The next decision, `done` when nothing is left to decide, or `refused` when what is asked for is excluded. */
  next(): Decision | 'done' | 'refused';
  /** A level was opened, in which the decision holds. */
  opened(level: number): void;
  /** Levels above this one were closed. */
  closed(level: number): void;
}

export interface Decision {
  readonly variable: number;
  readonly value: number;
}

export type Found<Cause> =
  | { readonly kind: 'solution' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'impossible'; readonly proof: Origin<Cause> }
  | { readonly kind: 'limit' };

/** Counts decisions and conflicts over all searches of one answer. */
export class StepBudget {
  readonly max: number;
  readonly backtracking: boolean;
  used = 0;

  constructor(max: number, backtracking = true) {
    this.max = max;
    this.backtracking = backtracking;
  }
}

/** Searches from the engine's first level until the guide is content. */
export function search<Cause>(engine: Engine<Cause>, guide: Guide, budget: StepBudget): Found<Cause> {
  engine.backtrack(0);
  guide.closed(0);
  for (;;) {
    const conflict = engine.propagate();
    if (conflict !== undefined) {
      const decided = engine.level > 0;
      const proof = engine.learn(conflict);
      if (proof !== undefined) return { kind: 'impossible', proof };
      guide.closed(engine.level);
      budget.used += 1;
      if (decided && !budget.backtracking) return { kind: 'limit' };
    } else {
      const next = guide.next();
      if (next === 'done') return { kind: 'solution' };
      if (next === 'refused') return { kind: 'refused' };
      engine.decide(next.variable, next.value);
      guide.opened(engine.level);
      budget.used += 1;
    }
    if (budget.used > budget.max) return { kind: 'limit' };
  }
}
