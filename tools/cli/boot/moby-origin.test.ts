import { describeMachine } from '@moby/testkit';
import { expect, test } from 'vitest';
import { assembled, outcomes, shortcomings, testOf } from './assembled.ts';

/** Two boots of an engine and some forty containers, under emulation. */
const longMs = 1_500_000;

describeMachine(
  'containerd-os',
  () => {
    test('runs a container by ctr', { timeout: longMs }, async () => {
      const report = await testOf(await assembled('containerd-os'));
      expect(shortcomings(report)).toEqual([]);
      expect(outcomes(report)).toContain('passed: console: service hello exited 0 is said');
    });
  },
  ['qemu-system-x86_64'],
);

describeMachine(
  'moby-origin',
  () => {
    test('does what an engine is for', { timeout: longMs }, async () => {
      const report = await testOf(await assembled('moby-origin'));
      expect(shortcomings(report)).toEqual([]);
      expect(report.entries.filter(({ kind }) => kind === 'point').length).toBeGreaterThanOrEqual(15);
    });
  },
  ['qemu-system-x86_64'],
);
