/** Milliseconds that only grow, from any zero. Injected, so that what is decided by time can be tested. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => performance.now() };
