import type { StateLine } from './state-line.ts';

/** How a machine ended. The state lines decide, and what QEMU reports of the end; never QEMU's exit code. */
export type Verdict =
  /** The init said `down` and the machine switched itself off. */
  | 'down'
  /** The kernel panicked, or something it could not recover from. */
  | 'panic'
  /** The machine restarted: a triple fault, or a reboot that nobody asked for. */
  | 'reset'
  /** We ended it on request or at its time limit, or QEMU was ended by somebody else. */
  | 'killed'
  /** It said nothing at all, or did not switch off when it was asked to. */
  | 'hang'
  /** The init gave up and said why, or the machine switched off without a word. */
  | 'failed';

export interface Judgement {
  readonly verdict: Verdict;
  /** A phrase for people; empty for `down`. */
  readonly reason: string;
}

export interface Observation {
  readonly states: readonly StateLine[];
  /** The first console line that tells of trouble (`troubleIn`). */
  readonly trouble: string | undefined;
  /** The reason in QMP's SHUTDOWN event (qapi/run-state.json, ShutdownCause). */
  readonly shutdown: string | undefined;
  /** Set where we ended it. */
  readonly ended: { readonly because: 'asked' | 'limit' | 'silent' | 'stuck'; readonly text: string } | undefined;
  /** How QEMU ended, for the case that nothing else explains it: `exit 1`, `signal SIGKILL`, its last error line. */
  readonly process: string;
}

export function judgeExit(seen: Observation): Judgement {
  const down = seen.states.some((line) => line.subject === 'init' && line.event === 'down');
  const failed = seen.states.find((line) => line.subject === 'init' && line.event === 'failed');
  if (failed !== undefined) return { verdict: 'failed', reason: failed.detail };
  if (down && seen.ended === undefined) return { verdict: 'down', reason: '' };
  if (seen.trouble !== undefined && !down) return { verdict: 'panic', reason: seen.trouble };
  if (seen.ended !== undefined) {
    const hung = seen.ended.because === 'silent' || seen.ended.because === 'stuck';
    return { verdict: hung ? 'hang' : 'killed', reason: seen.ended.text };
  }
  switch (seen.shutdown) {
    case 'guest-panic':
      return { verdict: 'panic', reason: 'the guest reported a panic' };
    case 'guest-reset':
      return { verdict: 'reset', reason: 'the machine restarted by itself: a fault in the kernel, or a reboot' };
    case 'guest-shutdown':
      return { verdict: 'failed', reason: 'it switched off without the line `init down`' };
    default:
      return { verdict: 'killed', reason: `QEMU ended: ${seen.process}` };
  }
}

/** A console line that tells of a kernel in trouble, or of an initrd that did not fit into memory; trimmed. */
export function troubleIn(line: string): string | undefined {
  return trouble.test(line) ? line.trim() : undefined;
}

const trouble = /Kernel panic|\bOops: |\bOops\b.*\[#\d+\]|BUG: unable to handle|Initramfs unpacking failed|: write error/;
