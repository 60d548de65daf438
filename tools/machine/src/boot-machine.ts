import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@moby/model';
import { lastLine } from './accelerator.ts';
import { type Child, startChild } from './child.ts';
import { type Clock, systemClock } from './clock.ts';
import { type AgentAnswer, type GuestAgent, speakAgent } from './guest-agent.ts';
import { type Machine, makeMachine } from './machine.ts';
import { type Forward, machineOptions } from './machine-options.ts';
import { type MachinePlan, planMachine, type PlanOptions } from './plan.ts';
import { portInUse, portOfHostForwardError, settlePorts } from './ports.ts';
import { type Qmp, speakQmp } from './qmp.ts';
import { lockedVolume } from './volume.ts';
import { openDoor, type SocketDoor } from './socket-door.ts';

export interface BootOptions extends PlanOptions {
  /** Ways into the machine; a host port of 0 takes a free one. The artifact's published ports by default. */
  readonly ports?: readonly Forward[];
  /** A file for the whole serial console, bounded. */
  readonly consoleLog?: string;
  readonly clock?: Clock;
  /** Without a state line for so long the machine is ended as hung. 60 s by default. */
  readonly silentAfterMs?: number;
  /** The machine's whole life. A day by default. */
  readonly limitMs?: number;
}

export const defaultSilentAfterMs = 60_000;
const defaultLimitMs = 24 * 3600 * 1000;
/** QEMU's own start, until it answers over QMP. */
const startLimitMs = 20_000;
/** Somebody may take a free port before QEMU does. */
const maxStarts = 3;

/**
 * Starts a machine and returns as soon as its guest runs. Throws `qemu-missing`, `port-in-use`, `not-found`,
 * `wrong-digest`, and `guest-failed` where QEMU itself does not start.
 */
export async function bootMachine(options: BootOptions): Promise<Machine> {
  const { machine } = await boot(options, false);
  return machine;
}

/** A machine whose guest was made for tests and answers on the agent's port. */
export interface BootedGuest extends Machine {
  /** Runs a request of the guest's agent: `sh COMMAND`, `status`, ... */
  agent(request: string, limitMs?: number): Promise<AgentAnswer>;
}

/** As `bootMachine`, with a port for the guest's test agent. */
export async function bootGuest(options: BootOptions): Promise<BootedGuest> {
  const { machine, agent } = await boot(options, true);
  if (agent === undefined) throw new TypeError('the machine has no agent port');
  return { ...machine, agent: agent.ask };
}

interface Booted {
  readonly machine: Machine;
  readonly agent: GuestAgent | undefined;
}

async function boot(options: BootOptions, withAgent: boolean): Promise<Booted> {
  const plan = await planMachine(options);
  const asked = options.ports ?? plan.artifact.ports;
  for (let start = 1; ; start += 1) {
    const forwards = await settlePorts(asked);
    try {
      return await launch(options, plan, forwards, withAgent);
    } catch (cause) {
      const lost = cause instanceof HostPortLost ? cause.port : undefined;
      const index = forwards.findIndex(({ host }) => host === lost);
      const forward = forwards[index];
      if (forward === undefined) throw cause;
      if (asked[index]?.host !== 0 || start === maxStarts) throw portInUse(forward, cause);
    }
  }
}

class HostPortLost extends Error {
  readonly port: number;

  constructor(port: number) {
    super(`port ${port} was taken before QEMU started`);
    this.port = port;
  }
}

async function launch(options: BootOptions, plan: MachinePlan, forwards: readonly Forward[], withAgent: boolean): Promise<Booted> {
  // mkdtemp makes it for this user alone, so nobody else reaches the sockets.
  const folder = await mkdtemp(join(tmpdir(), 'moby-machine-'));
  const tidy = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const doors: SocketDoor[] = [];
  let child: Child | undefined;
  try {
    const qmpDoor = await openDoor(join(folder, 'qmp'));
    doors.push(qmpDoor);
    const agentDoor = withAgent ? await openDoor(join(folder, 'agent')) : undefined;
    if (agentDoor !== undefined) doors.push(agentDoor);
    const args = machineOptions({
      platform: plan.artifact.platform,
      accelerator: plan.accelerator.kind,
      cpus: plan.cpus,
      memoryBytes: plan.memoryBytes,
      kernel: plan.kernel.path,
      initrd: plan.initrd,
      disks: plan.disks,
      volumes: plan.volumes,
      cmdline: plan.cmdline,
      hostKhz: plan.hostKhz,
      forwards,
      qmpSocket: qmpDoor.path,
      agentSocket: agentDoor?.path,
    });
    const clock = options.clock ?? systemClock;
    const startedMs = clock.now();
    child = await startChild(plan.qemu.path, args, options.env);
    const qmp = await greet(child, qmpDoor);
    const machine = makeMachine({
      plan,
      forwards,
      child,
      qmp,
      clock,
      startedMs,
      consoleLog: options.consoleLog,
      silentAfterMs: options.silentAfterMs ?? defaultSilentAfterMs,
      limitMs: options.limitMs ?? defaultLimitMs,
      tidy,
    });
    const agent = agentDoor === undefined ? undefined : speakAgent(await agentDoor.socket);
    // A guest may end before QEMU answers; then `exited` tells it.
    await qmp.execute('cont').catch(() => undefined);
    return { machine, agent };
  } catch (cause) {
    for (const door of doors) door.close();
    child?.kill();
    await tidy();
    throw cause;
  }
}

/** QEMU's first words, or why it did not start. */
async function greet(child: Child, door: SocketDoor): Promise<Qmp> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const qmp = await Promise.race([
      door.socket.then(speakQmp),
      child.ended.then((how) => {
        throw startFailure(child, how);
      }),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(startFailure(child, `it did not answer within ${startLimitMs / 1000} s`)), startLimitMs);
      }),
    ]);
    await qmp.execute('qmp_capabilities').catch(async () => {
      child.kill();
      throw startFailure(child, await child.ended);
    });
    return qmp;
  } finally {
    clearTimeout(timer);
  }
}

function startFailure(child: Child, how: string): Error {
  const errors = child.errors();
  const port = portOfHostForwardError(errors);
  if (port !== undefined) return new HostPortLost(port);
  const volume = lockedVolume(errors);
  if (volume !== undefined) {
    return new Failure({
      code: 'guest-failed',
      message: `the volume \`${volume}\` is in use by another machine`,
      hints: ['end that machine first, or run from an artifact of its own: `--out DIR`'],
    });
  }
  return new Failure({ code: 'guest-failed', message: `QEMU did not start the machine: ${lastLine(errors) ?? how}` });
}
