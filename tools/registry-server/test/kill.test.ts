import { expect, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { killRounds } from './kill/kill-rounds.ts';

test('what was acknowledged is there and intact after 20 kills at any moment', { timeout: 300_000 }, async () => {
  const { acknowledged, unanswered } = await killRounds({ root: scratchFolder(), seed: 1, kills: 20 });
  expect(acknowledged).toBeGreaterThan(20);
  expect(unanswered).toBeGreaterThan(0);
});
