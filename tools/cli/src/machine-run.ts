import { join } from 'node:path';
import { storeFolder } from '@moby/composer';
import { type Artifact, Failure, parseBytes, type Judged, type PortMapping } from '@moby/model';
import type { AssemblyFlags } from './assembly-flags.ts';
import { openAssembly } from './assembly-line.ts';
import type { Session } from './moby-command.ts';
import { typedAgain } from './typed-again.ts';
import { consoleLogName } from './words/machine.ts';

export interface MachineFlags extends AssemblyFlags {
  readonly memory?: string | undefined;
  readonly 'as-shipped'?: boolean;
  readonly timeout?: string | undefined;
}

/** What `run` and `test` have in common: an assembled artifact, and the machine that the flags ask for. */
export interface ReadyMachine {
  /** As it is typed, for hints. */
  readonly assembly: string;
  readonly options: {
    readonly artifact: Artifact;
    readonly folder: string;
    readonly cacheFolder: string;
    readonly env: NodeJS.ProcessEnv;
    readonly consoleLog: string;
    readonly asShipped: boolean;
    readonly memoryBytes?: number;
    readonly limitMs?: number;
  };
}

/** Assembles where something has changed. Flags are judged before anything is built. */
export async function readyMachine(assembly: string | undefined, flags: MachineFlags, session: Session): Promise<Judged<ReadyMachine>> {
  const settings = machineSettings(flags);
  const opened = await openAssembly(assembly, flags, session);
  if (!opened.ok) return opened;
  const composed = await opened.value.line.compose(opened.value.request);
  if (!composed.ok) return composed;
  session.reporter.settle();
  composed.findings.forEach(session.reporter.warn);
  const { artifact, folder, assembly: made } = composed.value;
  return {
    ok: true,
    findings: composed.findings,
    value: {
      assembly: typedAgain(assembly ?? made.name, flags),
      options: {
        artifact,
        folder,
        cacheFolder: join(storeFolder(process.env), 'machine'),
        env: process.env,
        consoleLog: join(folder, consoleLogName),
        asShipped: flags['as-shipped'] === true,
        ...settings,
      },
    },
  };
}

/** Throws `usage` for what is no size or time. */
export function machineSettings({ memory, timeout }: MachineFlags): Pick<ReadyMachine['options'], 'memoryBytes' | 'limitMs'> {
  return {
    ...(memory === undefined ? {} : { memoryBytes: parseMemory(memory) }),
    ...(timeout === undefined ? {} : { limitMs: parseTimeout(timeout) }),
  };
}

const leastMemoryBytes = 16e6;
const mostMemoryBytes = 1024 ** 4;

function parseMemory(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== undefined && bytes >= leastMemoryBytes && bytes <= mostMemoryBytes) return bytes;
  throw new Failure({
    code: 'usage',
    message: `\`--memory ${text}\` is not a size from 16MB to 1024GiB`,
    hints: ['for example `--memory 256MB`'],
  });
}

const mostTimeoutSeconds = 7 * 24 * 3600;

function parseTimeout(text: string): number {
  const match = /^([0-9]{1,6})(s|m|h)?$/.exec(text);
  const seconds = Number(match?.[1] ?? 0) * { s: 1, m: 60, h: 3600 }[match?.[2] === 'm' ? 'm' : match?.[2] === 'h' ? 'h' : 's'];
  if (seconds > 0 && seconds <= mostTimeoutSeconds) return seconds * 1000;
  throw new Failure({
    code: 'usage',
    message: `\`--timeout ${text}\` is not a time from 1s to ${mostTimeoutSeconds / 3600}h`,
    hints: ['for example `--timeout 90s`'],
  });
}

/** `HOST:MACHINE` in place of a published port to the same machine's port, or as one more. */
export function publishedPorts(published: readonly PortMapping[], asked: readonly string[]): readonly PortMapping[] {
  const wished = asked.map(parsePort);
  const kept = published.filter(({ machine }) => !wished.some((wish) => wish.machine === machine));
  const serviceOf = (machine: number): string => published.find((port) => port.machine === machine)?.service ?? '';
  return [...kept, ...wished.map((wish) => ({ ...wish, service: serviceOf(wish.machine) }))];
}

function parsePort(text: string): { readonly host: number; readonly machine: number } {
  const match = /^([0-9]{1,5}):([0-9]{1,5})$/.exec(text);
  const host = Number(match?.[1] ?? -1);
  const machine = Number(match?.[2] ?? -1);
  if (host >= 0 && host <= 65_535 && machine >= 1 && machine <= 65_535) return { host, machine };
  throw new Failure({
    code: 'usage',
    message: `\`--publish ${text}\` is not \`HOST:MACHINE\`, two ports`,
    hints: ['for example `--publish 16379:6379`; a host port of 0 takes a free one'],
  });
}
