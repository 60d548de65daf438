import {
  volumeFolderOf,
  type ReportEntry,
  type ReportFinding,
  type ReportMachine,
  type RunEvent,
  type RunOptions,
  type TestPhase,
} from '@moby/machine';
import { formatBytes, type PortMapping } from '@moby/model';
import { dim, green, red, yellow, type Line } from '../reporter/line.ts';
import { shownFolder } from './composed.ts';

/** `QEMU, emulated (KVM: …; see `doctor`)`. */
export function acceleratorWords({ accelerator, reason }: ReportMachine): string {
  if (accelerator === 'kvm') return 'QEMU, KVM';
  return reason === '' ? 'QEMU, emulated' : `QEMU, emulated (${reason}; see \`doctor\`)`;
}

export function portLines(ports: readonly PortMapping[]): readonly Line[] {
  return ports.map(({ host, machine, service }) => [`  127.0.0.1:${host} → ${service === '' ? 'machine' : service}:${machine}`]);
}

/** Where what the machine keeps lies. */
export function volumeLines({ artifact, folder, volumeFolder }: Pick<RunOptions, 'artifact' | 'folder' | 'volumeFolder'>): readonly Line[] {
  return (artifact.volumes ?? []).map(({ name, sizeBytes }) => [
    `  volume ${name}, ${formatBytes(sizeBytes)}: ${shownFolder(volumeFolder ?? volumeFolderOf(folder))}${name}.volume`,
  ]);
}

/** One line of the story of a boot; undefined for what is not told. */
export function eventLine(event: RunEvent): Line | undefined {
  const at = `${(event.atMs / 1000).toFixed(1)} s`.padStart(8);
  const told = (who: string, what: string): Line => [dim(at), `   ${who.padEnd(9)} ${what}`];
  switch (event.kind) {
    case 'machine':
      return told(
        'machine',
        `${event.machine.cpus === 1 ? '1 CPU' : `${event.machine.cpus} CPUs`}, ${wholeMegabytes(event.machine.memoryBytes)}`,
      );
    case 'kernel':
      return told('kernel', event.release);
    case 'init':
      return told('init', event.containers === 1 ? '1 container' : `${event.containers} containers`);
    case 'task':
      return told(event.name, `${event.event}${event.detail === '' ? '' : ` ${event.detail}`}`);
    case 'service':
      return told(event.name, serviceWords(event.event, event.detail));
    case 'stopping':
      return told('init', 'stopping');
    case 'ready':
    case 'console':
      return undefined;
  }
}

function serviceWords(event: string, detail: string): string {
  switch (event) {
    case 'started':
      return detail === '1' || detail === '' ? 'started' : `started, the ${ordinal(Number(detail))} time`;
    case 'exited':
      return `exited with ${detail}`;
    case 'backoff':
      return `starts again in ${detail} s`;
    default:
      return detail === '' ? event : `${event}: ${detail}`;
  }
}

function ordinal(count: number): string {
  const last = count % 10;
  const teen = count % 100 >= 11 && count % 100 <= 13;
  return `${count}${!teen && last === 1 ? 'st' : !teen && last === 2 ? 'nd' : !teen && last === 3 ? 'rd' : 'th'}`;
}

/** Memory is given in powers of two, and spoken of as people write it: 256 MB. */
function wholeMegabytes(bytes: number): string {
  return bytes % (1024 * 1024) === 0 && bytes < 1024 ** 3 ? `${bytes / (1024 * 1024)} MiB` : formatBytes(bytes).replace(/\.0 /, ' ');
}

/** A step's name and its note, of what a test waits for. */
export function phaseWords(phase: TestPhase): readonly [string, string] {
  switch (phase.kind) {
    case 'services':
      return ['boot', 'waiting for the services'];
    case 'expectation':
      return ['expect', phase.title];
    case 'script':
      return [
        'script',
        `${phase.script}${phase.points === 0 ? '' : `, ${phase.points} ${phase.points === 1 ? 'point' : 'points'} so far`}`,
      ];
    case 'reboot':
      return ['reboot', 'switching off, and on again'];
    case 'power-off':
      return ['power off', 'waiting for the end'];
  }
}

/** Room for a sentence: the times of the usual ones stand below each other. */
const titleWidth = 60;

/** A judged expectation: `  ✔ redis is ready    6.4 s`, a failure with its reason below. */
export function entryLines(entry: ReportEntry): readonly Line[] {
  const time = `${(entry.ms / 1000).toFixed(1)} s`;
  const title = `${entry.kind === 'point' ? '  ' : ''}${entry.title}  `.padEnd(titleWidth);
  switch (entry.outcome) {
    case 'passed':
      return [['  ', green('✔'), ` ${title}${time.padStart(6)}`]];
    case 'skipped':
      return [['  ', yellow('–'), ` ${title}skipped${entry.problem === undefined ? '' : `, ${entry.problem}`}`]];
    case 'failed':
      return [
        ['  ', red('✘'), ` ${title}${time.padStart(6)}`],
        ...(entry.problem ?? '').split('\n').map((line): Line => [`      ${line}`]),
      ];
  }
}

/** A machine that ended by itself: what, the end of its console, where the rest is. */
export function findingText(finding: ReportFinding): string {
  const { message, console } = finding;
  return console.length === 0
    ? `${message}\nthe console is empty`
    : [message, 'last of the console:', ...console.map((line) => `  ${line}`)].join('\n');
}

export function findingHints(folder: string, assembly: string): readonly string[] {
  return [`the whole console: ${shownFolder(folder)}${consoleLogName}`, `watch it: moby-compose run ${assembly} --console`];
}

export const consoleLogName = 'console.log';
