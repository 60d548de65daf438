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

export interface StepLimits {
  /** Decisions and conflicts in all. */
  readonly maxSteps: number;
  /** Conflicts alone, each of which is learned from and so makes the next one dearer. */
  readonly maxConflicts: number;
  /** `false` gives up at the first conflict after a decision. */
  readonly backtracking?: boolean;
}

/** Counts decisions and conflicts over all searches of one answer. */
export class StepBudget {
  readonly #limits: StepLimits;
  used = 0;
  #conflicts = 0;

  constructor(limits: StepLimits) {
    this.#limits = limits;
  }

  decided(): void {
    this.used += 1;
  }

  conflicted(): void {
    this.used += 1;
    this.#conflicts += this.#limits.backtracking === false ? Number.POSITIVE_INFINITY : 1;
  }

  get isSpent(): boolean {
    return this.used > this.#limits.maxSteps || this.#conflicts > this.#limits.maxConflicts;
  }
}

/** Searches from the engine's first level until the guide is content. */
export function search<Cause>(engine: Engine<Cause>, guide: Guide, budget: StepBudget): Found<Cause> {
  engine.backtrack(0);
  guide.closed(0);
  for (;;) {
    const conflict = engine.propagate();
    if (conflict !== undefined) {
      const proof = engine.learn(conflict);
      if (proof !== undefined) return { kind: 'impossible', proof };
      if (engine.isFull) engine.forget();
      guide.closed(engine.level);
      budget.conflicted();
    } else {
      const next = guide.next();
      if (next === 'done') return { kind: 'solution' };
      if (next === 'refused') return { kind: 'refused' };
      engine.decide(next.variable, next.value);
      guide.opened(engine.level);
      budget.decided();
    }
    if (budget.isSpent) return { kind: 'limit' };
  }
}
