import type { Diagnostic, Progress } from '@moby/model';
import { atHand } from '../invocation.ts';
import type { Line } from './line.ts';
import { renderDiagnostic } from './render-diagnostic.ts';
import { finishedStep, goingStep, type StepState } from './step-line.ts';
import { followSteps } from './steps.ts';
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
  /** Asks for something that is typed next; the question stays on a terminal until the next line. */
  ask(question: string): void;
  /** Says what is waited for; nothing of it stays when something else has happened. */
  wait(step: string, note: string): void;
  /** Ends the steps that go on; their lines stay. */
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
  /** How commands in hints are typed. */
  readonly invocation: string;
  /** In ms, monotonic. */
  readonly now: () => number;
}

const redrawMs = 100;
/** In a pipe a wait is never silent for longer. */
const heartbeatMs = 1000;

export function openReporter({ terminal, fleetingSteps, json, invocation, now }: ReporterOptions): Reporter {
  const { talk, data } = terminal;
  const isQuiet = json && !talk.isTerminal;
  const warnings: Diagnostic[] = [];
  const heard = new Set<string>();
  let lastLineAt = now();
  const say = (line: Line): void => {
    if (isQuiet) return;
    talk.still();
    talk.line(line);
    lastLineAt = now();
  };
  const waits = new Set<string>();
  const steps = followSteps((state) => {
    talk.still();
    if (waits.has(state.step)) return;
    if (heard.delete(state.step) || !(fleetingSteps || isEmpty(state))) say(finishedStep(state));
  });
  const tick = (): void => {
    const state = steps.current(now());
    if (state === undefined || isQuiet) return;
    // A bar that does not move says nothing that the figures don't.
    if (talk.isTerminal) talk.moving(goingStep(state, talk.columns));
    else if (now() - lastLineAt >= heartbeatMs) {
      heard.add(state.step);
      say(goingStep(state, 0));
    }
  };
  // The timer lives only as long as something runs, and never keeps the program from ending.
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
    talk.still();
  };
  const step: Reporter['step'] = (update) => {
    steps.update(update, now());
    timer ??= setInterval(tick, talk.isTerminal ? redrawMs : heartbeatMs / 4).unref();
  };
  return {
    warnings,
    say,
    data: (line) => {
      if (json) return;
      talk.still();
      data.line(line);
      lastLineAt = now();
    },
    step,
    ask: (question) => {
      stop();
      if (talk.isTerminal) talk.moving([question]);
      else say([question]);
    },
    wait: (name, note) => {
      waits.add(name);
      step({ step: name, note });
    },
    warn: (finding) => {
      warnings.push(finding);
      for (const line of renderDiagnostic(atHand(finding, invocation))) say(line);
    },
    settle: () => {
      steps.settle(now());
      stop();
    },
    close: stop,
  };
}

/** A step that gave way to another at once, and never had anything to say. */
function isEmpty({ note, done, elapsedMs }: StepState): boolean {
  return note === '' && done === undefined && elapsedMs < heartbeatMs;
}
