import { join } from 'node:path';
import { bootGuest, type BootedGuest } from '@moby/machine';
import { describeMachine, guestSuite, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, test } from 'vitest';
import { buildMachine } from './build-machine.ts';

describeMachine('the init', () => {
  const scratch = temporaryFolder();
  let guest: BootedGuest;

  beforeAll(async () => {
    const built = await buildMachine('suite', scratch);
    guest = await bootGuest({
      ...built,
      cacheFolder: join(scratch, 'cache'),
      env: process.env,
      accelerator: 'tcg',
      ports: [{ host: 0, machine: 6379 }],
      limitMs: 280_000,
    });
  });

  afterAll(async () => {
    await guest?.kill();
    await removeFolder(scratch);
  });

  for (const { name, run } of guestSuite) test(name, () => run(guest));
});
