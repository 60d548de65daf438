import { describeMachine } from '@moby/testkit';
import { expect, test } from 'vitest';
import { assembled, outcomes, redisPassed, testOf } from './assembled.ts';

describeMachine(
  'redis-os on another kernel',
  () => {
    // Modules as they are shipped: plain files in 6.1, compressed with xz in 7.2, whose image lies beside them.
    test.each([
      ['~6.1', '/usr/lib/modules/6.1.0-'],
      ['~7.2', '/usr/lib/modules/7.2.'],
    ])('%s boots and does the same', async (range, modules) => {
      const composed = await assembled('redis-os', { replace: [`linux=linux@${range}`] });
      expect(composed.verdict.modules.length).toBeGreaterThan(3);
      for (const { path } of composed.verdict.modules) expect(path.startsWith(modules)).toBe(true);
      expect(outcomes(await testOf(composed))).toEqual(redisPassed);
    });
  },
  ['qemu-system-x86_64'],
);
