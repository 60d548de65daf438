import type { Progress } from '@moby/model';
import type { StepState } from './step-line.ts';

/** Which step goes on, and what is known of it. Time is passed in, in ms. */
export interface Steps {
  /** A step begins or goes on; the one before it ends. */
  update(update: Parameters<Progress['step']>[0], at: number): void;
  /** Ends all. */
  settle(at: number): void;
  current(at: number): StepState | undefined;
}

/** A rate from less time than this is noise. */
const rateAfterMs = 500;

interface Running {
  readonly step: string;
  /** Later than its true start by the time that it was set aside. */
  readonly startedAt: number;
  readonly countedFrom: { readonly at: number; readonly done: number } | undefined;
  readonly note: string;
  readonly done: number | undefined;
  readonly total: number | undefined;
  readonly unit: 'bytes' | 'items';
  readonly downloaded: StepState['downloaded'];
}

/**
 * Follows the steps of a line. One that gives way to another before it had anything to say is set aside, and goes on when it
 * comes again; `ended` is called once for each step.
 */
export function followSteps(ended: (state: StepState) => void): Steps {
  let running: Running | undefined;
  const aside = new Map<string, { readonly step: Running; readonly at: number }>();
  const leave = (at: number): void => {
    if (running === undefined) return;
    if (running.note === '' && (running.done === undefined || running.unit === 'bytes')) aside.set(running.step, { step: running, at });
    else ended(stateOf(running, at));
    running = undefined;
  };
  const begin = (step: string, at: number): Running => {
    const old = aside.get(step);
    aside.delete(step);
    if (old === undefined)
      return {
        step,
        startedAt: at,
        countedFrom: undefined,
        note: '',
        done: undefined,
        total: undefined,
        unit: 'items',
        downloaded: undefined,
      };
    return {
      ...old.step,
      startedAt: old.step.startedAt + (at - old.at),
      countedFrom: undefined,
      downloaded: downloadedBy(old.step, old.at),
    };
  };
  return {
    update: (update, at) => {
      if (running?.step !== update.step) leave(at);
      running = follow(running ?? begin(update.step, at), update, at);
    },
    settle: (at) => {
      leave(at);
      for (const { step, at: since } of aside.values()) ended(stateOf(step, since));
      aside.clear();
    },
    current: (at) => (running === undefined ? undefined : stateOf(running, at)),
  };
}

function follow(running: Running, update: Parameters<Progress['step']>[0], at: number): Running {
  const unit = update.unit ?? running.unit;
  const changes = unit !== running.unit;
  const done = update.done ?? (changes ? undefined : running.done);
  const countedFrom = changes ? undefined : running.countedFrom;
  return {
    ...running,
    note: update.note ?? running.note,
    unit,
    done,
    total: update.total ?? (changes ? undefined : running.total),
    countedFrom: countedFrom ?? (update.done === undefined ? undefined : { at, done: update.done }),
    downloaded: changes ? downloadedBy(running, at) : running.downloaded,
  };
}

/** How many bytes a step has moved, for when it goes on to count something else. */
function downloadedBy(running: Running, at: number): StepState['downloaded'] {
  if (running.downloaded !== undefined || running.unit !== 'bytes' || running.done === undefined) return running.downloaded;
  return { bytes: running.done, rate: stateOf(running, at).rate };
}

function stateOf({ step, startedAt, countedFrom, note, done, total, unit, downloaded }: Running, at: number): StepState {
  const countedMs = countedFrom === undefined ? 0 : at - countedFrom.at;
  const rate =
    countedFrom === undefined || done === undefined || countedMs < rateAfterMs ? undefined : ((done - countedFrom.done) / countedMs) * 1000;
  return { step, note, done, total, unit, rate, downloaded, elapsedMs: at - startedAt };
}
