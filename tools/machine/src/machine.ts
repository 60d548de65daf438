import type { Clock } from './clock.ts';
import { escapeControls, type GuestConsole, makeConsole } from './console.ts';
import type { Child } from './child.ts';
import type { Forward } from './machine-options.ts';
import type { MachinePlan } from './plan.ts';
import type { Qmp } from './qmp.ts';
import { makeStateLineReader, type StateLine } from './state-line.ts';
import { judgeExit, type Judgement, type Observation, troubleIn } from './verdict.ts';

/** A machine that was started. Times are milliseconds since its start, by the clock that was passed in. */
export interface Machine {
  readonly plan: MachinePlan;
  /** QEMU's process. */
  readonly pid: number;
  readonly forwards: readonly Forward[];
  /** Since the start. */
  now(): number;
  /** What was kept of the console, as one text. */
  console(): string;
  /** The end of the console for people: control characters escaped, empty lines left out. */
  consoleTail(lines?: number): readonly string[];
  /** All state lines so far. */
  stateLines(): readonly StateLine[];
  /** Calls the listener with what happened so far (the newest `maxKeptEvents`) and then as it happens. */
  watch(listener: (event: MachineEvent) => void): () => void;
  /** The first state line that fits, past or future; undefined where the machine ends first, or the signal aborts. */
  waitFor(fits: (line: StateLine) => boolean, signal?: AbortSignal): Promise<StateEvent | undefined>;
  /** The host's port that leads to a port of the machine. */
  port(machinePort: number): number;
  /** One press of the ACPI power button. */
  powerButton(): Promise<void>;
  /** Presses until the init says that it stops; kills after `limitMs`. */
  powerOff(limitMs?: number): Promise<Exit>;
  /** At once. */
  kill(): Promise<Exit>;
  readonly exited: Promise<Exit>;
}

export type MachineEvent = StateEvent | { readonly kind: 'console'; readonly text: string; readonly atMs: number };

export interface StateEvent {
  readonly kind: 'state';
  readonly line: StateLine;
  readonly atMs: number;
}

export interface Exit extends Judgement {
  readonly atMs: number;
  /** The end of the console, for people. */
  readonly console: readonly string[];
}

export const maxKeptEvents = 5000;
export const defaultPowerOffLimitMs = 30_000;
/** A press that comes before the guest listens is lost. */
const pressEveryMs = 1000;
/** QEMU has ended, and its last words are still on the way. */
const lastWordsLimitMs = 1000;

export interface MachineParts {
  readonly plan: MachinePlan;
  readonly forwards: readonly Forward[];
  readonly child: Child;
  readonly qmp: Qmp;
  readonly clock: Clock;
  readonly startedMs: number;
  readonly consoleLog: string | undefined;
  /** Without a state line for so long it is ended as hung. */
  readonly silentAfterMs: number;
  readonly limitMs: number;
  /** Called once after the machine's end, before it is told. */
  readonly tidy: () => Promise<void>;
}

/** Takes over a QEMU that waits to be let go. */
export function makeMachine(parts: MachineParts): Machine {
  const { child, qmp, plan, forwards } = parts;
  const now = (): number => parts.clock.now() - parts.startedMs;
  const record = keepRecord(now, parts.consoleLog);
  let ended: Observation['ended'];
  const end = (because: NonNullable<Observation['ended']>['because'], text: string): void => {
    if (child.kill()) ended ??= { because, text };
  };
  child.output.on('data', (chunk: Buffer) => record.console.write(chunk));
  const seconds = (ms: number): string => `${ms / 1000} s`;
  const silence = setTimeout(() => {
    if (record.states().length === 0) end('silent', `no state line within ${seconds(parts.silentAfterMs)}`);
  }, parts.silentAfterMs);
  const limit = setTimeout(() => end('limit', `it ran for ${seconds(parts.limitMs)}, its limit`), parts.limitMs);

  const exited = (async (): Promise<Exit> => {
    const process = await child.ended;
    const atMs = now();
    clearTimeout(silence);
    clearTimeout(limit);
    await within(lastWordsLimitMs, qmp.closed);
    record.console.end();
    record.close();
    await parts.tidy();
    const error = child.errors().trim().split('\n').at(-1) ?? '';
    const judgement = judgeExit({
      states: record.states(),
      trouble: record.trouble(),
      shutdown: qmp.shutdownReason(),
      ended,
      process: error === '' ? process : `${process}: ${error}`,
    });
    return { verdict: judgement.verdict, reason: escapeControls(judgement.reason), atMs, console: record.console.tail() };
  })();

  const machine: Machine = {
    plan,
    pid: child.pid,
    forwards,
    now,
    console: () => record.console.lines().join('\n'),
    consoleTail: (lines) => record.console.tail(lines),
    stateLines: record.states,
    watch: record.watch,
    waitFor: (fits, signal) => firstState(machine, fits, signal),
    port: (machinePort) => hostPort(forwards, machinePort),
    powerButton: () => qmp.execute('system_powerdown'),
    powerOff: async (limitMs = defaultPowerOffLimitMs) => {
      const given = setTimeout(() => end('stuck', `it did not switch off within ${seconds(limitMs)} of the power button`), limitMs);
      await pressUntilItStops(machine);
      const exit = await exited;
      clearTimeout(given);
      return exit;
    },
    kill: () => {
      end('asked', 'it was ended on request');
      return exited;
    },
    exited,
  };
  return machine;
}

async function pressUntilItStops(machine: Machine): Promise<void> {
  const stops = machine.waitFor(({ subject, event }) => subject === 'init' && (event === 'stopping' || event === 'down'));
  for (let obeyed = false; !obeyed;) {
    await machine.powerButton().catch(() => undefined);
    obeyed = await within(pressEveryMs, stops);
  }
}

function firstState(
  machine: Machine,
  fits: (line: StateLine) => boolean,
  signal: AbortSignal | undefined,
): Promise<StateEvent | undefined> {
  return new Promise((resolve) => {
    const finish = (event: StateEvent | undefined): void => {
      signal?.removeEventListener('abort', abort);
      // The watch may find it while it is still being set up.
      queueMicrotask(() => stop());
      resolve(event);
    };
    const abort = (): void => finish(undefined);
    const stop = machine.watch((event) => {
      if (event.kind === 'state' && fits(event.line)) finish(event);
    });
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort);
    void machine.exited.then(() => finish(undefined));
  });
}

interface MachineRecord {
  readonly console: GuestConsole;
  states(): readonly StateLine[];
  trouble(): string | undefined;
  watch(listener: (event: MachineEvent) => void): () => void;
  /** Lets go of all listeners. */
  close(): void;
}

function keepRecord(now: () => number, logFile: string | undefined): MachineRecord {
  const events: MachineEvent[] = [];
  const states: StateLine[] = [];
  const listeners = new Set<(event: MachineEvent) => void>();
  const readState = makeStateLineReader();
  let trouble: string | undefined;
  const keep = (event: MachineEvent): void => {
    events.push(event);
    if (events.length > maxKeptEvents) events.shift();
    for (const listener of listeners) listener(event);
  };
  const onLine = (text: string): void => {
    const atMs = now();
    const line = readState(text);
    keep({ kind: 'console', text, atMs });
    if (line === undefined) trouble ??= troubleIn(text);
    else {
      states.push(line);
      // The first lines say how it began, the last ones how it ends: a service that flaps for days loses those between.
      if (states.length > maxKeptEvents) states.splice(maxKeptEvents / 2, 1);
      keep({ kind: 'state', line, atMs });
    }
  };
  return {
    console: makeConsole({ logFile, onLine }),
    states: () => states,
    trouble: () => trouble,
    watch: (listener) => {
      for (const event of events) listener(event);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => listeners.clear(),
  };
}

function hostPort(forwards: readonly Forward[], machinePort: number): number {
  const forward = forwards.find(({ machine }) => machine === machinePort);
  if (forward === undefined) throw new TypeError(`port ${machinePort} of the machine was not forwarded`);
  return forward.host;
}

/** Whether the promise was kept within the limit. */
async function within(limitMs: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const kept = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return kept;
}
