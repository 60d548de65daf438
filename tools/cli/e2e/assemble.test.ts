import { test } from 'vitest';
import { expectGolden } from '@moby/testkit';
import { sharedWorld, transcript } from './world.ts';

const world = sharedWorld();

test('a first assemble downloads, builds, writes the lock, and says what to do next; the second moves nothing', async () => {
  const place = world.visit();
  const first = await place.run(['assemble', 'web']);
  expectGolden('assemble-cold.txt', transcript(['assemble', 'web'], first, world, place));
  const second = await place.run(['assemble', 'web']);
  expectGolden('assemble-warm.txt', transcript(['assemble', 'web'], second, world, place));
});
