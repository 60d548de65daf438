import { networkOf } from './network-of.ts';
import { Refusal } from './refusal.ts';
import type { RegistryLimits } from '../settings/registry-settings.ts';

/** Passwords that are compared at once: each takes a processor for some 50 ms. */
const atOnce = 2;
const maxWaiting = 20;
/** Names and addresses that are remembered; beyond it the oldest are forgotten, so that a flood can't fill the memory. */
const maxRemembered = 50_000;
/** Guesses at one user from many addresses: how many addresses' worth are taken together. */
const addressesPerUser = 20;

export interface LoginTry {
  readonly user: string;
  readonly address: string;
}

/** Slows guessing down: failures are counted for a user from an address, for an address, and for a user. */
export interface LoginGuard {
  /** Runs a comparison of a password unless too many have failed. Throws `MOBY-D429`. */
  attempt(login: LoginTry, compare: () => Promise<boolean>): Promise<boolean>;
}

export function openLoginGuard(
  { loginFailures, addressFailures, loginWindowMs }: Pick<RegistryLimits, 'loginFailures' | 'addressFailures' | 'loginWindowMs'>,
  now: () => number,
): LoginGuard {
  const failures = new Map<string, { count: number; readonly until: number }>();
  let running = 0;
  const waiting: (() => void)[] = [];
  const judge = (key: string, limit: number): void => {
    const found = failures.get(key);
    if (found === undefined) return;
    const leftMs = found.until - now();
    if (leftMs <= 0) failures.delete(key);
    else if (found.count >= limit) throw tooMany(Math.ceil(leftMs / 1000));
  };
  const fail = (key: string): void => {
    const found = failures.get(key);
    if (found !== undefined) found.count += 1;
    else failures.set(key, { count: 1, until: now() + loginWindowMs });
    const oldest = failures.keys().next().value;
    if (failures.size > maxRemembered && oldest !== undefined) failures.delete(oldest);
  };
  const forgive = (key: string): void => {
    const found = failures.get(key);
    if (found !== undefined) found.count -= 1;
  };
  const enter = async (): Promise<void> => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) throw tooMany(5);
      await new Promise<void>((start) => waiting.push(start));
    }
    running += 1;
  };
  return {
    attempt: async ({ user, address }, compare) => {
      const network = networkOf(address);
      const keys = [
        { key: `user ${user} ${network}`, limit: loginFailures },
        { key: `address ${network}`, limit: addressFailures },
        { key: `user ${user}`, limit: loginFailures * addressesPerUser },
      ];
      const judgeAll = (): void => keys.forEach(({ key, limit }) => judge(key, limit));
      judgeAll();
      await enter();
      try {
        // Those that waited at the same time must not get more tries than one after another.
        judgeAll();
        for (const { key } of keys) fail(key);
        const isGood = await compare();
        // Who knows one password must not get more guesses at others by it.
        if (isGood) for (const { key } of keys) forgive(key);
        return isGood;
      } finally {
        running -= 1;
        waiting.shift()?.();
      }
    },
  };
}

function tooMany(seconds: number): Refusal {
  return new Refusal({
    code: 'MOBY-D429',
    message: `too many logins failed: try again in ${seconds} s`,
    headers: { 'retry-after': String(seconds) },
  });
}
