import { describeMachine } from '@moby/testkit';
import { expect, test } from 'vitest';
import { assembled, shortcomings, testOf } from '../boot/assembled.ts';

/** Two boots of an engine and some forty containers, under emulation. */
const longMs = 1_500_000;

describeMachine(
  'moby-origin with other parts, by replace alone',
  () => {
    test.each([
      ['crun instead of runc', ['runc=runc-by-crun'], ['runc-by-crun', 'crun']],
      [
        'the newest engine with containerd 2',
        ['docker=docker@~28.5', 'docker-cli=docker-cli@~28.5', 'docker-buildx=docker-buildx@~0.29', 'containerd=containerd@~2.1'],
        ['docker', 'containerd'],
      ],
    ])('%s', { timeout: longMs }, async (_, replace, parts) => {
      const composed = await assembled('moby-origin', { replace });
      expect(Object.keys(composed.lock.roots['docker'] ?? {})).toEqual(expect.arrayContaining(parts));
      expect(shortcomings(await testOf(composed))).toEqual([]);
    });

    test('everything in one initrd, in a larger machine', { timeout: longMs }, async () => {
      const composed = await assembled('moby-origin', { layout: 'initrd' });
      expect(composed.artifact.files.filter(({ role }) => role === 'disk')).toEqual([]);
      expect(shortcomings(await testOf(composed))).toEqual([]);
    });
  },
  ['qemu-system-x86_64'],
);
