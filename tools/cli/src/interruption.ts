/** After the first signal the work may put away what it holds; then it is left behind. In ms. */
export const defaultGraceMs = 2000;
/** Work that was left behind must not keep the process. In ms. */
const endAfterMs = 300;

const interruptedExit = 130;

export interface Interruption {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Aborts at the second: whatever is held is to be dropped. */
  readonly impatience: AbortSignal;
  /** The work's result; rejects when the work has not ended within the grace after a signal. */
  race<Value>(work: Promise<Value>): Promise<Value>;
  /** Signals do what they do by default again. */
  close(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal asks the work to end, the second to end at once; soon after, or at a third, the signal ends the process. */
export function listenForInterruption(graceMs: number): Interruption {
  const first = new AbortController();
  const second = new AbortController();
  let leaveBehind: (error: Error) => void = () => undefined;
  const tooLate = new Promise<never>((_, reject) => (leaveBehind = reject));
  tooLate.catch(() => undefined);
  const timers: NodeJS.Timeout[] = [];
  const close = (): void => {
    for (const timer of timers) clearTimeout(timer);
    for (const name of signals) process.removeListener(name, onSignal);
  };
  const endBy = (name: NodeJS.Signals): void => {
    close();
    process.kill(process.pid, name);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    const reason = new Error(`interrupted by ${name}`);
    if (second.signal.aborted) endBy(name);
    else if (first.signal.aborted) {
      second.abort(reason);
      timers.push(setTimeout(() => endBy(name), endAfterMs).unref());
    } else {
      timers.push(
        setTimeout(() => {
          leaveBehind(reason);
          // What was to be said is written by then; only work that nobody waits for still holds the process.
          setTimeout(() => process.exit(interruptedExit), endAfterMs).unref();
        }, graceMs).unref(),
      );
      first.abort(reason);
    }
  };
  for (const name of signals) process.on(name, onSignal);
  return { signal: first.signal, impatience: second.signal, race: (work) => Promise.race([work, tooLate]), close };
}
