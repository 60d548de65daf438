import type { Diagnostic, Progress } from '@moby/model';
import type { Line } from './line.ts';
import { renderDiagnostic } from './render-diagnostic.ts';
import { finishedStep, goingStep, type StepState } from './step-line.ts';
import type { Terminal } from './terminal.ts';

/** What a command says while it works; its result is printed when it has returned. */
export interface Reporter extends Progress {
  /** A line for people, not data. */
  say(line: Line): void;
  /** A line of data, as soon as it is known; left out with `--json`. */
  data(line: Line): void;
  /** A warning: shown at once, and kept for the document of `--json`. */
  warn(finding: Diagnostic): void;
  readonly warnings: readonly Diagnostic[];
  /** Ends the step that goes on; its line stays. */
  settle(): void;
  /** Takes away what moves, and stops. */
  close(): void;
}

export interface ReporterOptions {
  readonly terminal: Terminal;
  /** Steps are shown only while they last: for commands whose result is something else. */
  readonly fleetingSteps: boolean;
  /** stdout belongs to one document; people are spoken to only where they look. */
  readonly json: boolean;
  /** In ms, monotonic. */
  readonly now: () => number;
}

const redrawMs = 100;
/** In a pipe a wait is never silent for longer. */
const heartbeatMs = 1000;
/** A rate from less time than this is noise. */
const rateAfterMs = 500;

interface Running {
  readonly step: string;
  readonly startedAt: number;
  countedFrom: { readonly at: number; readonly done: number } | undefined;
  note: string;
  done: number | undefined;
  total: number | undefined;
  unit: 'bytes' | 'items';
  downloaded: StepState['downloaded'];
}

export function openReporter({ terminal, fleetingSteps, json, now }: ReporterOptions): Reporter {
  const { talk, data } = terminal;
  const isQuiet = json && !talk.isTerminal;
  const warnings: Diagnostic[] = [];
  let running: Running | undefined;
  let lastLineAt = now();
  let heard = false;
  const say = (line: Line): void => {
    if (isQuiet) return;
    talk.still();
    talk.line(line);
    lastLineAt = now();
  };
  const tick = (): void => {
    if (running === undefined || isQuiet) return;
    // A bar that does not move says nothing that the figures don't.
    const line = goingStep(stateOf(running, now()), talk.isTerminal ? talk.columns : 0);
    if (talk.isTerminal) talk.moving(line);
    else if (now() - lastLineAt >= heartbeatMs) {
      heard = true;
      say(line);
    }
  };
  // The timer lives only as long as something runs, so it never keeps the program from ending.
  let timer: NodeJS.Timeout | undefined;
  const settle = (): void => {
    if (running === undefined) return;
    const state = stateOf(running, now());
    const line = finishedStep(state);
    // A step that gave way to the next at once, and has nothing to say, was only a beginning.
    const isEmpty = state.note === '' && state.done === undefined && state.elapsedMs < heartbeatMs;
    running = undefined;
    clearInterval(timer);
    timer = undefined;
    talk.still();
    if (heard || !(fleetingSteps || isEmpty)) say(line);
    heard = false;
  };
  return {
    warnings,
    say,
    settle,
    data: (line) => {
      if (json) return;
      talk.still();
      data.line(line);
      lastLineAt = now();
    },
    step: (update) => {
      if (running?.step !== update.step) {
        settle();
        running = { step: update.step, startedAt: now(), countedFrom: undefined, note: '', done: undefined, total: undefined, unit: 'items', downloaded: undefined };
        timer ??= setInterval(tick, talk.isTerminal ? redrawMs : heartbeatMs / 4).unref();
      }
      follow(running, update, now());
    },
    warn: (finding) => {
      warnings.push(finding);
      for (const line of renderDiagnostic(finding)) say(line);
    },
    close: () => {
      clearInterval(timer);
      running = undefined;
      talk.still();
    },
  };
}

function follow(running: Running, update: Parameters<Progress['step']>[0], at: number): void {
  if (running.unit === 'bytes' && update.unit === 'items') {
    const { done, rate } = stateOf(running, at);
    running.downloaded = done === undefined ? undefined : { bytes: done, rate };
    running.countedFrom = undefined;
  }
  running.note = update.note ?? running.note;
  running.unit = update.unit ?? running.unit;
  running.total = update.total ?? running.total;
  if (update.done === undefined) return;
  running.done = update.done;
  running.countedFrom ??= { at, done: update.done };
}

function stateOf(running: Running, at: number): StepState {
  const { step, note, done, total, unit, countedFrom, downloaded } = running;
  const countedMs = countedFrom === undefined ? 0 : at - countedFrom.at;
  const rate = countedFrom === undefined || done === undefined || countedMs < rateAfterMs ? undefined : ((done - countedFrom.done) / countedMs) * 1000;
  return { step, note, done, total, unit, rate, downloaded, elapsedMs: at - running.startedAt };
}
