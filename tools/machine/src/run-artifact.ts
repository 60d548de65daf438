import { type ArtifactService, Failure, type PortMapping } from '@moby/model';
import { type BootOptions, bootMachine } from './boot-machine.ts';
import type { Exit, Machine, MachineEvent } from './machine.ts';
import { earlyEnd, type ReportFinding, type ReportMachine } from './test-artifact.ts';

/** What happens while an artifact runs. `atMs` counts from the machine's start. */
export type RunEvent =
  | { readonly kind: 'machine'; readonly atMs: number; readonly machine: ReportMachine; readonly ports: readonly PortMapping[] }
  /** The kernel has handed over to the init. */
  | { readonly kind: 'kernel'; readonly atMs: number; readonly release: string }
  | { readonly kind: 'init'; readonly atMs: number; readonly containers: number }
  /** A task at boot or at shutdown. */
  | {
      readonly kind: 'task';
      readonly atMs: number;
      readonly name: string;
      readonly when: 'onboot' | 'onshutdown';
      readonly event: string;
      readonly detail: string;
    }
  /** `event` is `ready`, `started` (detail: which start), `exited` (the code), `backoff` (seconds), `stopped`. */
  | { readonly kind: 'service'; readonly atMs: number; readonly name: string; readonly event: string; readonly detail: string }
  /** All services with a probe are ready, for the first time. */
  | { readonly kind: 'ready'; readonly atMs: number }
  | { readonly kind: 'stopping'; readonly atMs: number }
  | { readonly kind: 'console'; readonly atMs: number; readonly text: string };

export interface RunOptions extends Omit<BootOptions, 'ports'> {
  /** The artifact's published ports by default; a host port of 0 takes a free one. */
  readonly ports?: readonly PortMapping[];
  readonly onEvent: (event: RunEvent) => void;
  /** Powers the machine off, cleanly. A second wish to end is the caller's: `kill`. */
  readonly signal: AbortSignal;
  /** Ends it at once. */
  readonly kill?: AbortSignal;
  readonly powerOffLimitMs?: number;
}

export interface RunResult {
  readonly exit: Exit;
  /** Why the machine ended before it was asked to. */
  readonly finding?: ReportFinding;
}

/** Runs an artifact until the signal aborts or the machine ends by itself. Throws what `bootMachine` throws. */
export async function runArtifact(options: RunOptions): Promise<RunResult> {
  const ports = options.ports ?? options.artifact.ports;
  if (options.signal.aborted) throw new Failure({ code: 'interrupted', message: 'interrupted before the machine was started' });
  const machine = await bootMachine({ ...options, ports });
  options.onEvent(describeMachine(machine, ports));
  const stop = machine.watch(makeTranslator(machine, options.onEvent));
  let asked = false;
  const powerOff = (): void => {
    asked = true;
    void machine.powerOff(options.powerOffLimitMs);
  };
  const kill = (): void => {
    asked = true;
    void machine.kill();
  };
  const wishes = [{ signal: options.signal, act: powerOff }, ...(options.kill === undefined ? [] : [{ signal: options.kill, act: kill }])];
  for (const { signal, act } of wishes) {
    if (signal.aborted) act();
    else signal.addEventListener('abort', act, { once: true });
  }
  try {
    const exit = await machine.exited;
    // Whoever uses the guest may switch it off from inside: that is no finding.
    return asked || exit.verdict === 'down' ? { exit } : { exit, finding: earlyEnd(machine, exit) };
  } finally {
    stop();
    for (const { signal, act } of wishes) signal.removeEventListener('abort', act);
  }
}

function describeMachine(machine: Machine, ports: readonly PortMapping[]): RunEvent {
  const { qemu, accelerator, cpus, memoryBytes, kernel } = machine.plan;
  return {
    kind: 'machine',
    atMs: 0,
    machine: { qemu: qemu.version, accelerator: accelerator.kind, reason: accelerator.reason, cpus, memoryBytes, kernel: kernel.form },
    ports: ports.map((port) => ({ ...port, host: machine.port(port.machine) })),
  };
}

function makeTranslator(machine: Machine, emit: (event: RunEvent) => void): (event: MachineEvent) => void {
  const probed = machine.plan.artifact.services.filter(({ hasProbe }: ArtifactService) => hasProbe).map(({ name }) => name);
  const ready = new Set<string>();
  let allReady = false;
  const sayReady = (atMs: number): void => {
    if (!allReady) emit({ kind: 'ready', atMs });
    allReady = true;
  };
  return (event) => {
    const { atMs } = event;
    if (event.kind === 'console') return emit({ kind: 'console', atMs, text: event.text });
    const { subject, name, event: what, detail } = event.line;
    switch (subject) {
      case 'init':
        if (what === 'start') emit({ kind: 'kernel', atMs, release: machine.plan.artifact.kernelRelease });
        if (what === 'containers') emit({ kind: 'init', atMs, containers: Number(detail) });
        if (what === 'ready') sayReady(atMs);
        if (what === 'stopping') emit({ kind: 'stopping', atMs });
        return undefined;
      case 'service':
        emit({ kind: 'service', atMs, name, event: what, detail });
        if (what === 'ready') ready.add(name);
        if (probed.length > 0 && probed.every((each) => ready.has(each))) sayReady(atMs);
        return undefined;
      case 'onboot':
      case 'onshutdown':
        return emit({ kind: 'task', atMs, name, when: subject, event: what, detail });
    }
  };
}
