import { expect, test } from 'vitest';
import { openLoginGuard } from '../src/gate/login-guard.ts';
import { Refusal } from '../src/gate/refusal.ts';

const limits = { loginFailures: 3, addressFailures: 6, loginWindowMs: 60_000 };

/** Guesses one after another, each from the next of the addresses; how many were compared before the first that was put off. */
async function guesses(addresses: readonly string[], userOf: (at: number) => string): Promise<number> {
  const guard = openLoginGuard(limits, () => 0);
  let compared = 0;
  for (const [at, address] of addresses.entries()) {
    try {
      await guard.attempt({ user: userOf(at), address }, () => {
        compared += 1;
        return Promise.resolve(false);
      });
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      return compared;
    }
  }
  return compared;
}

test.each([
  ['one address', () => `192.0.2.1`, 3, 6],
  ['one IPv6 network', (at: number) => `2001:db8:1:2:${at.toString(16)}::${at + 1}`, 3, 6],
  ['many IPv6 networks', (at: number) => `2001:db8:1:${at.toString(16)}::1`, 20, 20],
])('who guesses from %s is counted as one, or as many', async (_from, addressOf, ofOneUser, ofManyUsers) => {
  const addresses = Array.from({ length: 20 }, (_, at) => addressOf(at));
  expect(await guesses(addresses, () => 'bo')).toBe(ofOneUser);
  expect(await guesses(addresses, (at) => `user-${at}`)).toBe(ofManyUsers);
});
