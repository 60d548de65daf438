import { runArtifact, type RunEvent, type RunOptions } from '@moby/machine';
import type { Session } from './moby-command.ts';
import type { Outcome } from './outcome.ts';
import { bold, type Line } from './reporter/line.ts';
import { headingOf } from './words/heading.ts';
import { acceleratorWords, eventLine, findingHints, findingText, portLines, volumeLines } from './words/machine.ts';

export interface RunMachine {
  readonly options: Omit<RunOptions, 'onEvent' | 'signal' | 'kill'> & { readonly consoleLog: string };
  readonly showConsole: boolean;
  readonly session: Session;
  /** As it is typed, for hints. */
  readonly assembly: string;
}

type ToldEvent = Exclude<RunEvent, { readonly kind: 'console' }>;

/** Runs the machine and tells its story until it ends. */
export async function runMachine({ options, showConsole, session, assembly }: RunMachine): Promise<Outcome> {
  const { artifact, folder, consoleLog } = options;
  const { reporter, signal, impatience } = session;
  const events: ToldEvent[] = [];
  const wait = (note: string): void => reporter.wait('boot', note);
  wait('starting QEMU');
  const onEvent = (event: RunEvent): void => {
    if (event.kind === 'console') {
      if (showConsole) reporter.data([event.text]);
      return;
    }
    events.push(event);
    if (event.kind === 'machine') openingLines(options, event).forEach(reporter.say);
    const line = showConsole && event.kind !== 'machine' ? undefined : eventLine(event);
    if (line !== undefined) reporter.say(line);
    if (event.kind === 'ready') {
      reporter.settle();
      readyLines(event.atMs, showConsole).forEach(reporter.say);
    } else wait(nextWait(event));
  };
  const { exit, finding } = await runArtifact({ ...options, onEvent, signal, kill: impatience });
  reporter.settle();
  if (finding !== undefined) {
    return { kind: 'refused', code: finding.code, message: findingText(finding), hints: findingHints(folder, assembly), findings: [] };
  }
  const told = events.find((event) => event.kind === 'machine');
  return {
    kind: 'done',
    value: {
      name: artifact.name,
      version: artifact.version,
      platform: artifact.platform,
      folder,
      machine: told?.machine ?? null,
      ports: told?.ports ?? [],
      events: events.filter((event) => event.kind !== 'machine'),
      exit: { verdict: exit.verdict, reason: exit.reason, atMs: Math.round(exit.atMs) },
      consoleLog,
    },
    lines: [],
    next: [[exit.verdict === 'down' ? 'powered off cleanly' : `ended: ${exit.reason}`]],
  };
}

function openingLines(
  options: Pick<RunOptions, 'artifact' | 'folder' | 'volumeFolder'>,
  event: Extract<RunEvent, { readonly kind: 'machine' }>,
): readonly Line[] {
  const { artifact } = options;
  return [
    [...headingOf(artifact, artifact.platform), ` · ${acceleratorWords(event.machine)}`],
    ...portLines(event.ports),
    ...volumeLines(options),
    [],
  ];
}

function readyLines(atMs: number, showConsole: boolean): readonly Line[] {
  const rest = showConsole ? '' : ' · --console shows the serial console';
  return [...(showConsole ? [] : [[]]), [bold(`ready in ${(atMs / 1000).toFixed(1)} s`), ` · Ctrl-C powers it off${rest}`]];
}

/** What is waited for after an event. */
function nextWait(event: ToldEvent): string {
  switch (event.kind) {
    case 'machine':
      return 'waiting for the kernel';
    case 'kernel':
      return 'waiting for the init';
    case 'init':
    case 'task':
    case 'service':
      return 'waiting for the services';
    case 'stopping':
      return 'shutting down';
    case 'ready':
      return '';
  }
}
