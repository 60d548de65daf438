import { Refusal } from './refusal.ts';
import type { RegistryLimits } from '../settings/registry-settings.ts';

const maxRemembered = 10_000;

/** How often one user may write: a burst, and then a rate. Throws `MOBY-D429`. */
export type WriteRate = (user: string) => void;

export function openWriteRate(
  { writesBurst, writesPerMinute }: Pick<RegistryLimits, 'writesBurst' | 'writesPerMinute'>,
  now: () => number,
): WriteRate {
  const users = new Map<string, { tokens: number; at: number }>();
  const perMs = writesPerMinute / 60_000;
  return (user) => {
    const at = now();
    const bucket = users.get(user) ?? { tokens: writesBurst, at };
    bucket.tokens = Math.min(writesBurst, bucket.tokens + (at - bucket.at) * perMs);
    bucket.at = at;
    users.delete(user);
    users.set(user, bucket);
    const oldest = users.keys().next().value;
    if (users.size > maxRemembered && oldest !== undefined) users.delete(oldest);
    if (bucket.tokens < 1) {
      const seconds = Math.max(1, Math.ceil((1 - bucket.tokens) / perMs / 1000));
      throw new Refusal({
        code: 'MOBY-D429',
        message: `${writesPerMinute} writes a minute are taken of one user: try again in ${seconds} s`,
        headers: { 'retry-after': String(seconds) },
      });
    }
    bucket.tokens -= 1;
  };
}
