import type { ValueSet } from './value-set.ts';

/** "The value of `variable` lies in `set`." */
export interface Term {
  readonly variable: number;
  readonly set: ValueSet;
}

/**
 * A set of terms that do not all hold in any solution (PubGrub's incompatibility). The order of terms carries the two
 * watched ones in front, and is the engine's own.
 */
export interface Nogood<Cause> {
  readonly terms: Term[];
  readonly origin: Origin<Cause>;
}

export type Origin<Cause> =
  | { readonly kind: 'given'; readonly cause: Cause }
  /** Resolved from these, in this order; `ground` terms held before the first decision and were left out. */
  | { readonly kind: 'learned'; readonly chain: readonly Resolution<Cause>[]; readonly ground: readonly Term[] };

/** One step of a resolution: the nogood that comes in, and, where proofs are kept, the terms that stand after it. */
export interface Resolution<Cause> {
  readonly nogood: Nogood<Cause>;
  readonly terms: readonly Term[];
}
