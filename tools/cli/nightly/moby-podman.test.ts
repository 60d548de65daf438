import { describeMachine } from '@moby/testkit';
import { expect, test } from 'vitest';
import { assembled, shortcomings, testOf } from '../boot/assembled.ts';

/** Two boots and some thirty containers, under emulation. */
const longMs = 1_500_000;

describeMachine(
  'moby-podman',
  () => {
    test("does by Docker's API what it says that it does", { timeout: longMs }, async () => {
      const report = await testOf(await assembled('moby-podman'));
      expect(shortcomings(report)).toEqual([]);
      expect(report.entries.filter(({ kind }) => kind === 'point').length).toBeGreaterThanOrEqual(12);
    });
  },
  ['qemu-system-x86_64'],
);
