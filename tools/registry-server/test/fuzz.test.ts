import { expect, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { fuzzRegistry } from './fuzz/fuzz-registry.ts';
import { fuzzStock } from './fuzz/fuzz-stock.ts';

test('no request ends the process, breaks it, or changes what was published: 15 batches of one seed', async () => {
  const { conversations, statuses } = await fuzzRegistry({ root: scratchFolder(), seed: 1, batches: 15 });
  expect(conversations).toBe(2250);
  // Words that are all refused at the door would show little.
  for (const status of ['200', '201', '400', '401', '403', '404', '405', '415', '422']) expect(statuses[status] ?? 0).toBeGreaterThan(5);
});

test.each([
  ['ends', /the process has ended: 7/],
  ['breaks', /500 to .*|a fragile rule/],
] as const)('a rule that %s at an odd keyword is found', async (fragile, said) => {
  await expect(fuzzRegistry({ root: scratchFolder(), entry: { fragile }, seed: 1, batches: 60 })).rejects.toThrow(said);
});

test('what ends stock Verdaccio is found', async () => {
  await expect(fuzzStock({ root: scratchFolder(), seed: 1, batches: 60 })).rejects.toThrow(/the process has ended/);
});
