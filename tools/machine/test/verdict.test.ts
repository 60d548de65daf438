import { parseStateLine, type StateLine } from '@moby/machine';
import { describe, expect, test } from 'vitest';
import { judgeExit, type Observation, troubleIn } from '../src/verdict.ts';

const nothing: Observation = { states: [], trouble: undefined, shutdown: undefined, ended: undefined, process: 'exit 0' };

function states(...texts: readonly string[]): readonly StateLine[] {
  return texts.map(parseStateLine).filter((line) => line !== undefined);
}

describe("the verdict on a machine's end", () => {
  const down = states('moby: 1.0 init start', 'moby: 2.0 init down');
  const failed = states('moby: 1.0 init failed incomplete');
  test.each<[string, Partial<Observation>, string]>([
    ['down', { states: down, shutdown: 'guest-shutdown' }, 'down: '],
    ['down, though QEMU was ended with an error', { states: down, process: 'exit 1' }, 'down: '],
    ['down, after an oops that it survived', { states: down, trouble: 'Oops: 1' }, 'down: '],
    ['hang: down and still on', { states: down, ended: { because: 'stuck', text: 'still on' } }, 'hang: still on'],
    [
      'failed, also where the console tells why',
      { states: failed, trouble: 'Initramfs unpacking failed: write error' },
      'failed: incomplete',
    ],
    ['panic, whatever QEMU says', { trouble: 'Kernel panic - not syncing', shutdown: 'guest-reset' }, 'panic: Kernel panic - not syncing'],
    ['panic, and it hung in it', { trouble: 'Kernel panic', ended: { because: 'silent', text: 'silent' } }, 'panic: Kernel panic'],
    ['panic, told by the machine', { shutdown: 'guest-panic' }, 'panic: the guest reported a panic'],
    ['hang', { ended: { because: 'silent', text: 'silent' } }, 'hang: silent'],
    ['killed on request', { ended: { because: 'asked', text: 'asked' }, shutdown: 'guest-reset' }, 'killed: asked'],
    ['killed by the limit', { ended: { because: 'limit', text: 'limit' } }, 'killed: limit'],
    ['reset', { shutdown: 'guest-reset' }, 'reset: the machine restarted by itself: a fault in the kernel, or a reboot'],
    ['off without a word', { shutdown: 'guest-shutdown' }, 'failed: it switched off without the line `init down`'],
    ['ended by somebody', { shutdown: 'host-signal', process: 'signal SIGTERM' }, 'killed: QEMU ended: signal SIGTERM'],
    ['nothing known, exit code 0', {}, 'killed: QEMU ended: exit 0'],
  ])('%s', (_, seen, wanted) => {
    const { verdict, reason } = judgeExit({ ...nothing, ...seen });
    expect(`${verdict}: ${reason}`).toBe(wanted);
  });
});

describe('trouble on the console', () => {
  test.each([
    '[    3.912] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    '[    1.0] Oops: 0000 [#1] PREEMPT SMP NOPTI',
    '[    1.0] BUG: unable to handle page fault for address: ffff',
    '[    0.9] Initramfs unpacking failed: write error',
    '[    0.9] Initramfs unpacking failed: junk at the end of compressed archive',
  ])('%s', (line) => {
    expect(troubleIn(`${line}  `)).toBe(line);
  });

  test.each(['[    1.0] panic=-1 on the command line', 'moby: 1.0 service oops ready', 'Oops, I did it again', ''])('not: %s', (line) => {
    expect(troubleIn(line)).toBeUndefined();
  });
});
