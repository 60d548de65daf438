import type { Clock } from './clock.ts';

/** One try: it fits, or what was seen instead; `nothing` where not a byte came, which says the least. */
export type Attempt = { readonly kind: 'fits' } | { readonly kind: 'differs' | 'nothing'; readonly seen: string };

export interface RetryOptions {
  /** One try, which ends by itself within the limit. */
  readonly attempt: (limitMs: number) => Promise<Attempt>;
  /** By the clock. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  /** Ends it early, as a try that failed. */
  readonly signal: AbortSignal;
}

/** A guest's port accepts a connection long before somebody listens behind it, so a try is given up soon ... */
const firstAttemptLimitMs = 500;
/** ... and a slow guest gets longer with each try. */
const longestAttemptLimitMs = 8000;
const pauseMs = 100;

/**
 * Tries until something fits; at least once. The last thing that came is what is told; a try without a byte does not
 * hide an earlier answer.
 */
export async function retryUntil(options: RetryOptions): Promise<{ readonly ok: true } | { readonly ok: false; readonly seen: string }> {
  let limitMs = firstAttemptLimitMs;
  let seen = { telling: false, text: 'it was not asked' };
  do {
    const left = options.deadlineMs - options.clock.now();
    const attempt = await options.attempt(Math.max(Math.min(limitMs, left), pauseMs));
    if (attempt.kind === 'fits') return { ok: true };
    const telling = attempt.kind === 'differs';
    if (telling || !seen.telling) seen = { telling, text: attempt.seen };
    limitMs = Math.min(limitMs * 2, longestAttemptLimitMs);
    if (options.deadlineMs - options.clock.now() <= pauseMs) break;
    await new Promise((resolve) => {
      setTimeout(resolve, pauseMs);
    });
  } while (!options.signal.aborted);
  return { ok: false, seen: seen.text };
}
