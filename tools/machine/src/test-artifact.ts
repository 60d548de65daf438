import { type Artifact, type ArtifactService, type Expectation, Failure, type Platform } from '@moby/model';
import { type BootOptions, bootMachine } from './boot-machine.ts';
import { expectationTitle, judgeExpectation } from './judge-expectation.ts';
import type { Exit, Machine } from './machine.ts';
import type { Forward } from './machine-options.ts';
import type { Verdict } from './verdict.ts';

/** What a boot test of an artifact found. Rendering lives in the CLI. */
export interface Report {
  readonly name: string;
  readonly version: string;
  readonly platform: Platform;
  readonly machine: ReportMachine;
  /** Services in the artifact's order, then its expectations, then the power-off. */
  readonly entries: readonly ReportEntry[];
  readonly passed: number;
  readonly failed: number;
  /** Not judged, because the machine ended first. */
  readonly skipped: number;
  /** Why the machine ended before it was asked to. */
  readonly finding?: ReportFinding;
  readonly exit: { readonly verdict: Verdict; readonly reason: string };
  /** From QEMU's start to its end, in ms. */
  readonly totalMs: number;
}

export interface ReportMachine {
  readonly qemu: string;
  readonly accelerator: 'kvm' | 'tcg';
  /** Why it was emulated; empty where it was not. */
  readonly reason: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Which form of the kernel was booted. */
  readonly kernel: 'vmlinux' | 'vmlinuz';
}

export interface ReportEntry {
  readonly kind: 'service' | 'expectation' | 'power-off';
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** A service: since the machine's start. An expectation: since it was first tried. The power-off: since the button was pressed. */
  readonly ms: number;
  /** Since the machine's start. */
  readonly atMs: number;
  readonly problem?: string;
  /** The end of the console, where the entry failed. */
  readonly console?: readonly string[];
}

export interface ReportFinding {
  readonly code: 'guest-silent' | 'guest-failed';
  readonly message: string;
  readonly console: readonly string[];
}

export interface TestOptions extends Omit<BootOptions, 'ports'> {
  /** How long a service may take to become ready, since the machine's start. 120 s by default. */
  readonly readyWithinMs?: number;
  readonly powerOffLimitMs?: number;
  readonly onEntry?: (entry: ReportEntry) => void;
  readonly signal?: AbortSignal;
}

export const defaultReadyWithinMs = 120_000;
export const defaultTestLimitMs = 600_000;

/**
 * Boots an artifact on free ports, waits for its services, judges its expectations, presses the power button. Throws
 * what `bootMachine` throws, and `interrupted`; everything that the guest does wrong is in the report.
 */
export async function testArtifact(options: TestOptions): Promise<Report> {
  const { artifact, signal } = options;
  const machine = await bootMachine({ limitMs: defaultTestLimitMs, ...options, ports: portsToTest(artifact) });
  const kill = (): void => void machine.kill();
  signal?.addEventListener('abort', kill);
  if (signal?.aborted === true) kill();
  try {
    const entries: ReportEntry[] = [];
    for await (const entry of judge(machine, options)) {
      entries.push(entry);
      options.onEntry?.(entry);
    }
    const exit = await machine.exited;
    if (signal?.aborted === true) throw new Failure({ code: 'interrupted', message: `the test of ${artifact.name} was interrupted` });
    return reportOf(machine, entries, exit);
  } finally {
    signal?.removeEventListener('abort', kill);
    await machine.kill();
  }
}

/** The published ports and those that expectations name, each once, on free ports of the host. */
export function portsToTest(artifact: Artifact): readonly Forward[] {
  const asked = artifact.expect.flatMap((expectation) => (expectation.kind === 'console' ? [] : [expectation.port]));
  const ports = new Set([...artifact.ports.map(({ machine }) => machine), ...asked]);
  return [...ports].map((machine) => ({ host: 0, machine }));
}

async function* judge(machine: Machine, options: TestOptions): AsyncGenerator<ReportEntry> {
  const { artifact } = options;
  const over = new AbortController();
  const ended = machine.exited.then(() => over.abort());
  const late = after(options.readyWithinMs ?? defaultReadyWithinMs, machine);
  const services = artifact.services.filter(({ hasProbe }) => hasProbe).map((service) => judgeService(machine, service, late.signal));
  const ready = Promise.all(services).then(() => undefined);
  const expectations = artifact.expect.map((expectation) => judgeWhenReady(machine, expectation, ready, over.signal));
  try {
    for (const entry of [...services, ...expectations]) yield await entry;
    yield await judgePowerOff(machine, options.powerOffLimitMs);
  } finally {
    late.cancel();
    await machine.kill();
    await ended;
  }
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

/**
 * An expectation is tried once the services are ready; but at the latest after half of its own time, so that it is
 * judged by its own limit also where a service never becomes ready.
 */
async function judgeWhenReady(machine: Machine, expectation: Expectation, ready: Promise<void>, over: AbortSignal): Promise<ReportEntry> {
  const half = after(expectation.withinMs / 2, machine);
  if (expectation.kind !== 'console') await Promise.race([ready, aborted(half.signal), aborted(over)]);
  half.cancel();
  const beganMs = machine.now();
  const verdict = await judgeExpectation(expectation, machine, over);
  const atMs = machine.now();
  const entry = {
    kind: 'expectation',
    title: expectationTitle(expectation),
    ms: Math.round(atMs - beganMs),
    atMs: Math.round(atMs),
  } as const;
  if (verdict.ok) return { ...entry, outcome: 'passed' };
  if (over.aborted) return { ...entry, outcome: 'skipped' };
  return { ...entry, outcome: 'failed', problem: verdict.problem, console: machine.consoleTail() };
}

async function judgePowerOff(machine: Machine, limitMs: number | undefined): Promise<ReportEntry> {
  const beganMs = machine.now();
  const early = await Promise.race([machine.exited, Promise.resolve(undefined)]);
  const exit = early ?? (await machine.powerOff(limitMs));
  const entry = {
    kind: 'power-off',
    title: 'powers off cleanly',
    ms: Math.round(exit.atMs - Math.min(beganMs, exit.atMs)),
    atMs: Math.round(exit.atMs),
  } as const;
  if (early !== undefined) return { ...entry, outcome: 'skipped' };
  if (exit.verdict === 'down') return { ...entry, outcome: 'passed' };
  return { ...entry, outcome: 'failed', problem: `${exit.verdict}: ${exit.reason}`, console: exit.console };
}

function reportOf(machine: Machine, entries: readonly ReportEntry[], exit: Exit): Report {
  const { artifact, qemu, accelerator, cpus, memoryBytes, kernel } = machine.plan;
  const count = (outcome: ReportEntry['outcome']): number => entries.filter((entry) => entry.outcome === outcome).length;
  const finding = entries.at(-1)?.outcome === 'skipped' ? earlyEnd(machine, exit) : undefined;
  return {
    name: artifact.name,
    version: artifact.version,
    platform: artifact.platform,
    machine: { qemu: qemu.version, accelerator: accelerator.kind, reason: accelerator.reason, cpus, memoryBytes, kernel: kernel.form },
    entries,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    ...(finding === undefined ? {} : { finding }),
    exit: { verdict: exit.verdict, reason: exit.reason },
    totalMs: Math.round(exit.atMs),
  };
}

/** A machine that ended without being asked, in words. */
export function earlyEnd(machine: Machine, exit: Exit): ReportFinding {
  const { name } = machine.plan.artifact;
  const seconds = `${(exit.atMs / 1000).toFixed(1)} s`;
  const silent = machine.stateLines().length === 0 && exit.verdict === 'hang';
  const message = silent ? `${name} did not start: ${exit.reason}` : `${name} ended after ${seconds}: ${inWords(exit)}`;
  return { code: silent ? 'guest-silent' : 'guest-failed', message, console: exit.console };
}

function inWords(exit: Exit): string {
  switch (exit.verdict) {
    case 'down':
      return 'it switched itself off';
    case 'panic':
      return `its kernel panicked: ${exit.reason}`;
    case 'failed':
      return `its init gave up: ${exit.reason}`;
    case 'reset':
    case 'killed':
    case 'hang':
      return exit.reason;
  }
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
