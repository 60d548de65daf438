import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Artifact, Failure, type Platform } from '@moby/model';
import { type BootOptions, bootMachine } from './boot-machine.ts';
import { judgeBoots } from './judge-boots.ts';
import type { Exit, Machine } from './machine.ts';
import type { Forward } from './machine-options.ts';
import type { Verdict } from './verdict.ts';

/** What a boot test of an artifact found. Rendering lives in the CLI. */
export interface Report {
  readonly name: string;
  readonly version: string;
  readonly platform: Platform;
  readonly machine: ReportMachine;
  /** Services in the artifact's order, then its expectations in theirs, then the power-off. */
  readonly entries: readonly ReportEntry[];
  readonly passed: number;
  readonly failed: number;
  /** Not judged, mostly because the machine ended first. */
  readonly skipped: number;
  /** Why the machine ended before it was asked to. */
  readonly finding?: ReportFinding;
  readonly exit: { readonly verdict: Verdict; readonly reason: string };
  /** From QEMU's start to its end, over all boots, in ms. */
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
  /** A point is what a script says of one of its tests; the script's own entry comes after them. */
  readonly kind: 'service' | 'expectation' | 'point' | 'power-off';
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** A service: since the machine's start. An expectation: since it was first tried. Power-off and reboot: since the button was pressed. */
  readonly ms: number;
  /** Since the first start of the machine. */
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

/** What a test does just then, for who watches it. */
export type TestPhase =
  | { readonly kind: 'services' }
  | { readonly kind: 'expectation'; readonly title: string }
  /** `points` of it have been judged so far. */
  | { readonly kind: 'script'; readonly script: string; readonly points: number }
  | { readonly kind: 'reboot' }
  | { readonly kind: 'power-off' };

export interface TestOptions extends Omit<BootOptions, 'ports'> {
  /** How long a service may take to become ready, since the machine's start. 300 s by default. */
  readonly readyWithinMs?: number;
  readonly powerOffLimitMs?: number;
  readonly onEntry?: (entry: ReportEntry) => void;
  readonly onPhase?: (phase: TestPhase) => void;
  readonly signal?: AbortSignal;
}

export const defaultTestLimitMs = 600_000;

/**
 * Boots an artifact on free ports, waits for its services, judges its expectations, presses the power button. Its volumes and
 * what its scripts write lie in a folder that is gone afterwards. Throws what `bootMachine` throws, and `interrupted`;
 * everything that the guest does wrong is in the report.
 */
export async function testArtifact(options: TestOptions): Promise<Report> {
  const { artifact, signal } = options;
  const scratch = await mkdtemp(join(tmpdir(), 'moby-test-'));
  const workFolder = join(scratch, 'work');
  await mkdir(workFolder);
  const entries: ReportEntry[] = [];
  let current: Machine | undefined;
  const kill = (): void => void current?.kill();
  signal?.addEventListener('abort', kill);
  try {
    const boot = async (consoleLog: string | undefined): Promise<Machine> => {
      current = await bootMachine(bootOptions({ ...options, ...(consoleLog === undefined ? {} : { consoleLog }) }, scratch));
      if (signal?.aborted === true) kill();
      return current;
    };
    const emit = (entry: ReportEntry): void => {
      entries.push(entry);
      options.onEntry?.(entry);
    };
    const { machine, exit, totalMs } = await judgeBoots({ options, boot, emit, workFolder });
    if (signal?.aborted === true) throw new Failure({ code: 'interrupted', message: `the test of ${artifact.name} was interrupted` });
    return reportOf({ machine, entries, exit, totalMs });
  } finally {
    signal?.removeEventListener('abort', kill);
    await current?.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}

function bootOptions(options: TestOptions, scratch: string): BootOptions {
  const { artifact } = options;
  const scriptsMs = artifact.expect.reduce((sum, each) => sum + (each.kind === 'script' ? each.withinMs : 0), 0);
  const added = artifact.test === undefined || artifact.test.cmdline === '' ? [] : [artifact.test.cmdline];
  return {
    limitMs: defaultTestLimitMs + scriptsMs,
    ...options,
    ports: portsToTest(artifact),
    cmdline: [...(options.cmdline ?? []), ...added],
    volumeFolder: join(scratch, 'volumes'),
    fleetingVolumes: true,
  };
}

/** The published ports, those that expectations name and those of tests, each once; on free ports of the host but where a test says else. */
export function portsToTest(artifact: Artifact): readonly Forward[] {
  const asked = artifact.expect.flatMap((each) => (each.kind === 'tcp' || each.kind === 'http' ? [each.port] : []));
  const own = artifact.test?.ports ?? [];
  const free = new Set([...artifact.ports.map(({ machine }) => machine), ...asked]);
  return [...[...free].filter((machine) => !own.some((port) => port.machine === machine)).map((machine) => ({ host: 0, machine })), ...own];
}

function reportOf(found: {
  readonly machine: Machine;
  readonly entries: readonly ReportEntry[];
  readonly exit: Exit;
  readonly totalMs: number;
}): Report {
  const { machine, entries, exit, totalMs } = found;
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
    totalMs: Math.round(totalMs),
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
