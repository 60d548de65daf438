import { join } from 'node:path';
import type { ArtifactService, Expectation, RebootExpectation, ScriptExpectation, SeenExpectation } from '@moby/model';
import { expectationTitle, judgeExpectation } from './judge-expectation.ts';
import type { Exit, Machine } from './machine.ts';
import { runScript } from './run-script.ts';
import type { ReportEntry, TestOptions } from './test-artifact.ts';

export const defaultReadyWithinMs = 300_000;

export interface BootsToJudge {
  readonly options: TestOptions;
  readonly boot: (consoleLog: string | undefined) => Promise<Machine>;
  readonly emit: (entry: ReportEntry) => void;
  /** For scripts. */
  readonly workFolder: string;
}

export interface JudgedBoots {
  /** The last one. */
  readonly machine: Machine;
  readonly exit: Exit;
  /** Of all boots together. */
  readonly totalMs: number;
}

/** One machine of a test, and when it was started since the first one was. */
interface Boot {
  readonly machine: Machine;
  readonly startedMs: number;
  /** Aborts when the machine has ended. */
  readonly over: AbortSignal;
}

/** Judges an artifact over as many boots as its expectations ask for; the last one is ended by the power button. */
export async function judgeBoots(work: BootsToJudge): Promise<JudgedBoots> {
  const { options } = work;
  const { consoleLog } = options;
  const [first = [], ...others] = splitAtReboots(options.artifact.expect);
  options.onPhase?.({ kind: 'services' });
  let boot = toBoot(await work.boot(consoleLog), 0);
  const late = after(options.readyWithinMs ?? defaultReadyWithinMs, boot.machine);
  const services = probedServices(options).map((service) => judgeService(boot.machine, service, late.signal));
  try {
    await judgeInOrder(work, { boot, services, expectations: first, zeroMs: 0 });
  } finally {
    late.cancel();
  }
  for (const [index, [reboot, ...expectations]] of others.entries()) {
    // A machine that has ended by itself is not started again: what is left was not judged.
    if (reboot?.kind === 'reboot' && !boot.over.aborted)
      boot = await judgeReboot(work, boot, reboot, consoleLog === undefined ? undefined : numbered(consoleLog, index + 2));
    else if (reboot !== undefined) emitSkipped(work, boot, expectationTitle(reboot));
    await judgeInOrder(work, { boot, services: [], expectations, zeroMs: boot.machine.now() });
  }
  const exit = await judgePowerOff(work, boot);
  return { machine: boot.machine, exit, totalMs: boot.startedMs + exit.atMs };
}

/** All but the first begin with a reboot. */
function splitAtReboots(expectations: readonly Expectation[]): readonly (readonly Expectation[])[] {
  const parts: Expectation[][] = [[]];
  for (const expectation of expectations) {
    if (expectation.kind === 'reboot') parts.push([]);
    parts.at(-1)?.push(expectation);
  }
  return parts;
}

/** `console.log` → `console-2.log`. */
function numbered(file: string, number: number): string {
  return file.replace(/(\.[^./]*)?$/, (ending) => `-${number}${ending}`);
}

function toBoot(machine: Machine, startedMs: number): Boot {
  const over = new AbortController();
  void machine.exited.then(() => over.abort());
  return { machine, startedMs, over: over.signal };
}

function probedServices({ artifact }: TestOptions): readonly ArtifactService[] {
  return artifact.services.filter(({ hasProbe }) => hasProbe);
}

interface Part {
  readonly boot: Boot;
  /** Being judged already. */
  readonly services: readonly Promise<ReportEntry>[];
  readonly expectations: readonly Expectation[];
  /** What the limits of the expectations count from, on the machine's clock. */
  readonly zeroMs: number;
}

/** What is being judged already, and what it is called where it is an expectation. */
interface Waited {
  readonly title?: string;
  readonly entry: Promise<ReportEntry>;
}

/** What is seen from outside is looked for together, between two scripts; a script has the machine to itself. */
async function judgeInOrder(work: BootsToJudge, { boot, services, expectations, zeroMs }: Part): Promise<void> {
  const ready = Promise.all(services).then((entries) => entries.every(({ outcome }) => outcome === 'passed'));
  const waiting: Waited[] = services.map((entry) => ({ entry }));
  let fromMs = zeroMs;
  const finish = async (): Promise<void> => {
    for (const { title, entry } of waiting.splice(0)) {
      if (title !== undefined) work.options.onPhase?.({ kind: 'expectation', title });
      work.emit(await entry);
    }
  };
  for (const expectation of expectations) {
    if (expectation.kind === 'reboot') continue;
    if (expectation.kind !== 'script') {
      const entry = judgeWhenReady({ boot, expectation, ready, zeroMs: fromMs });
      waiting.push({ title: expectationTitle(expectation), entry });
      continue;
    }
    await finish();
    if (boot.over.aborted) emitSkipped(work, boot, expectationTitle(expectation));
    else if (await ready) await judgeScript(work, boot, expectation);
    else emitSkipped(work, boot, expectationTitle(expectation), 'a service is not ready');
    fromMs = boot.machine.now();
  }
  await finish();
}

async function judgeService(machine: Machine, service: ArtifactService, late: AbortSignal): Promise<ReportEntry> {
  const ready = await machine.waitFor((line) => line.subject === 'service' && line.name === service.name && line.event === 'ready', late);
  const entry = { kind: 'service', title: `${service.name} is ready` } as const;
  if (ready !== undefined) return { ...entry, outcome: 'passed', ms: Math.round(ready.atMs), atMs: Math.round(ready.atMs) };
  const atMs = Math.round(machine.now());
  if (!late.aborted) return { ...entry, outcome: 'skipped', ms: atMs, atMs };
  const last = machine
    .stateLines()
    .findLast((line) => line.subject === 'service' && line.name === service.name && line.event !== 'backoff');
  const said = last === undefined ? 'it was never started' : `the last of it: ${last.event} ${last.detail}`.trimEnd();
  return {
    ...entry,
    outcome: 'failed',
    ms: atMs,
    atMs,
    problem: `not ready after ${(atMs / 1000).toFixed(1)} s; ${said}`,
    console: machine.consoleTail(),
  };
}

interface Waiting {
  readonly boot: Boot;
  readonly expectation: SeenExpectation;
  readonly ready: Promise<boolean>;
  readonly zeroMs: number;
}

/**
 * An expectation is tried once the services are ready; but at the latest after half of its own time, so that it is
 * judged by its own limit also where a service never becomes ready.
 */
async function judgeWhenReady({ boot, expectation, ready, zeroMs }: Waiting): Promise<ReportEntry> {
  const { machine, over } = boot;
  const subject = { now: () => machine.now() - zeroMs, port: machine.port, watch: machine.watch };
  const half = after(zeroMs + expectation.withinMs / 2, machine);
  if (expectation.kind !== 'console') await Promise.race([ready, aborted(half.signal), aborted(over)]);
  half.cancel();
  const beganMs = machine.now();
  const verdict = await judgeExpectation(expectation, subject, over);
  const entry = { kind: 'expectation', title: expectationTitle(expectation), ...timesOf(boot, beganMs) } as const;
  if (verdict.ok) return { ...entry, outcome: 'passed' };
  if (over.aborted) return { ...entry, outcome: 'skipped' };
  return { ...entry, outcome: 'failed', problem: verdict.problem, console: machine.consoleTail() };
}

async function judgeScript(work: BootsToJudge, boot: Boot, expectation: ScriptExpectation): Promise<void> {
  const { options, emit, workFolder } = work;
  const { machine, over } = boot;
  const beganMs = machine.now();
  let judged = 0;
  const tell = (): void => options.onPhase?.({ kind: 'script', script: expectation.script, points: judged });
  tell();
  const { points, problem } = await runScript({
    expectation,
    script: join(options.folder, expectation.file),
    payloads: Object.fromEntries(expectation.payloads.map(({ component, file }) => [component, join(options.folder, file)])),
    workFolder,
    forwards: machine.forwards,
    env: options.env,
    signal: over,
    onPoint: ({ name, outcome, ms, problem: why }) => {
      const atMs = Math.round(boot.startedMs + machine.now());
      emit({ kind: 'point', title: name, outcome, ms, atMs, ...(why === undefined ? {} : { problem: why }) });
      judged += 1;
      tell();
    },
  });
  const title = `${expectation.script}: ${points} ${points === 1 ? 'point' : 'points'}`;
  const entry = { kind: 'expectation', title, ...timesOf(boot, beganMs) } as const;
  if (problem === undefined) emit({ ...entry, outcome: 'passed' });
  else if (over.aborted) emit({ ...entry, outcome: 'skipped' });
  else emit({ ...entry, outcome: 'failed', problem, console: machine.consoleTail() });
}

/** Ends the machine cleanly and starts it again with the same volumes; ready again is a part of it. */
async function judgeReboot(work: BootsToJudge, boot: Boot, reboot: RebootExpectation, consoleLog: string | undefined): Promise<Boot> {
  const { options, emit } = work;
  options.onPhase?.({ kind: 'reboot' });
  const beganMs = boot.startedMs + boot.machine.now();
  const exit = await boot.machine.powerOff(options.powerOffLimitMs);
  const next = toBoot(await work.boot(consoleLog), boot.startedMs + exit.atMs);
  const late = after(beganMs + reboot.withinMs - next.startedMs, next.machine);
  const services = await Promise.all(probedServices(options).map((service) => judgeService(next.machine, service, late.signal)));
  late.cancel();
  const problems = [
    ...(exit.verdict === 'down' ? [] : [`it did not switch off cleanly: ${exit.verdict}: ${exit.reason}`]),
    ...services.flatMap(({ outcome, title, problem }) => (outcome === 'failed' ? [`not so: ${title}: ${problem ?? ''}`] : [])),
  ];
  const atMs = next.startedMs + next.machine.now();
  const entry = { kind: 'expectation', title: expectationTitle(reboot), ms: Math.round(atMs - beganMs), atMs: Math.round(atMs) } as const;
  if (problems.length > 0) {
    const console = exit.verdict === 'down' ? next.machine.consoleTail() : exit.console;
    emit({ ...entry, outcome: 'failed', problem: problems.join('\n'), console });
  } else emit({ ...entry, outcome: next.over.aborted ? 'skipped' : 'passed' });
  return next;
}

async function judgePowerOff({ options, emit }: BootsToJudge, { machine, startedMs }: Boot): Promise<Exit> {
  options.onPhase?.({ kind: 'power-off' });
  const beganMs = machine.now();
  const early = await Promise.race([machine.exited, Promise.resolve(undefined)]);
  const exit = early ?? (await machine.powerOff(options.powerOffLimitMs));
  const entry = {
    kind: 'power-off',
    title: 'powers off cleanly',
    ms: Math.round(exit.atMs - Math.min(beganMs, exit.atMs)),
    atMs: Math.round(startedMs + exit.atMs),
  } as const;
  if (early !== undefined) emit({ ...entry, outcome: 'skipped' });
  else if (exit.verdict === 'down') emit({ ...entry, outcome: 'passed' });
  else emit({ ...entry, outcome: 'failed', problem: `${exit.verdict}: ${exit.reason}`, console: exit.console });
  return exit;
}

function emitSkipped({ emit }: BootsToJudge, boot: Boot, title: string, problem?: string): void {
  const because = problem === undefined ? {} : { problem };
  emit({ kind: 'expectation', title, outcome: 'skipped', ...timesOf(boot, boot.machine.now()), ...because });
}

/** From when it was begun, by the machine's clock, until now; and now, since the first boot. */
function timesOf({ machine, startedMs }: Boot, beganMs: number): { readonly ms: number; readonly atMs: number } {
  const now = machine.now();
  return { ms: Math.round(now - beganMs), atMs: Math.round(startedMs + now) };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A signal that aborts at a time after the machine's start. */
function after(atMs: number, machine: Machine): { readonly signal: AbortSignal; readonly cancel: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), Math.max(atMs - machine.now(), 0));
  return { signal: controller.signal, cancel: () => clearTimeout(timer) };
}
