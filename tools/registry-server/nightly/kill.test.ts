import { expect, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { killRounds } from '../test/kill/kill-rounds.ts';

test('what was acknowledged is there and intact after 200 kills at any moment', async () => {
  const { acknowledged, unanswered, mended } = await killRounds({
    root: scratchFolder(),
    seed: Math.trunc(Date.now() / 86_400_000),
    kills: 200,
  });
  expect(acknowledged).toBeGreaterThan(200);
  expect(unanswered).toBeGreaterThan(20);
  expect(mended['half-published'] ?? 0).toBeGreaterThan(0);
});
