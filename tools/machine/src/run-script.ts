import type { Readable } from 'node:stream';
import type { ScriptExpectation } from '@moby/model';
import { startChild } from './child.ts';
import { escapeControls } from './console.ts';
import type { Environment } from './find-qemu.ts';
import { makeTapReader, type TapPoint, type TapSummary } from './tap-reader.ts';

export interface ScriptRun {
  readonly expectation: ScriptExpectation;
  /** Of the script and of the payloads by component: absolute paths. */
  readonly script: string;
  readonly payloads: Readonly<Record<string, string>>;
  /** Where it runs: it may write there, and all is removed after the test. */
  readonly workFolder: string;
  readonly forwards: readonly { readonly host: number; readonly machine: number }[];
  readonly env: Environment;
  readonly onPoint: (point: TapPoint) => void;
  /** Ends it, as when the machine has ended. */
  readonly signal: AbortSignal;
}

export interface ScriptVerdict {
  readonly points: number;
  /** Undefined where all is well. */
  readonly problem?: string;
}

export const maxScriptOutputBytes: number = 64 * 1024 * 1024;
const maxLastLines = 20;
const maxLastLength = 4096;
/** What of our own environment a script gets. */
const passedOn = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ'] as const;

/**
 * Runs a test script with our own Node and reads the TAP that it prints. It is ended with its whole process group when its
 * time is over. It fails by a point that failed, without a plan, and by its exit code.
 */
export async function runScript(run: ScriptRun): Promise<ScriptVerdict> {
  const args = ['--no-warnings', '--test-reporter=tap', run.script];
  const child = await startChild(process.execPath, args, scriptEnvironment(run), run.workFolder);
  let ended: string | undefined;
  let giveUp: (exit: string) => void = () => undefined;
  const left = new Promise<string>((resolve) => {
    giveUp = resolve;
  });
  const end = (why: string): void => {
    ended ??= why;
    child.kill();
    // What has left the process group may hold its output open.
    setTimeout(() => giveUp('no end'), 2000).unref();
  };
  const abort = (): void => end('the machine ended first');
  const timer = setTimeout(() => end(`it did not end within ${run.expectation.withinMs / 1000} s`), run.expectation.withinMs);
  run.signal.addEventListener('abort', abort, { once: true });
  if (run.signal.aborted) abort();
  const output = readOutput(child.output, run.onPoint, end);
  try {
    const exit = await Promise.race([child.ended, left]);
    const summary = output.finish();
    const problem = problemOf({ summary, exit, ended, last: lastLines(output.text(), child.errors()) });
    return { points: summary.points, ...(problem === undefined ? {} : { problem }) };
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener('abort', abort);
    child.kill();
  }
}

/** `MOBY_PORT_2375=49152`, `MOBY_PAYLOAD_BUSYBOX=/…/payload.tar`, and a few of our own. */
export function scriptEnvironment({ forwards, payloads, env }: Pick<ScriptRun, 'forwards' | 'payloads' | 'env'>): Environment {
  const own = passedOn.flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]] as const]));
  const ports = forwards.map(({ host, machine }) => [`MOBY_PORT_${machine}`, String(host)] as const);
  const tars = Object.entries(payloads).map(([name, path]) => [`MOBY_PAYLOAD_${name.toUpperCase().replaceAll('-', '_')}`, path] as const);
  return Object.fromEntries([...own, ...ports, ...tars]);
}

function readOutput(
  stream: Readable,
  onPoint: (point: TapPoint) => void,
  end: (why: string) => void,
): { readonly finish: () => TapSummary; readonly text: () => string } {
  const reader = makeTapReader(onPoint);
  let size = 0;
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxScriptOutputBytes) return end(`it printed over ${maxScriptOutputBytes} bytes`);
    text = (text + chunk.toString('utf8')).slice(-2 * maxLastLength);
    return reader.write(chunk);
  });
  return { finish: reader.end, text: () => text };
}

function problemOf(seen: {
  readonly summary: TapSummary;
  readonly exit: string;
  readonly ended: string | undefined;
  readonly last: string;
}): string | undefined {
  const { summary, exit, ended, last } = seen;
  const withLast = (text: string): string => (last === '' ? `${text}, and said nothing` : `${text}; the last that it said:\n${last}`);
  if (ended !== undefined) return withLast(ended);
  if (summary.limit !== undefined) return `its report can't be read: ${summary.limit}`;
  if (summary.failed > 0) return `${summary.failed} of ${summary.points} points failed`;
  if (!summary.isPlanned) return withLast(`it printed no plan and ended with ${exit}`);
  if (exit !== 'exit 0') return withLast(`it ended with ${exit}`);
  if (!summary.isComplete) return 'its plan speaks of other points than it printed';
  return summary.points === 0 ? 'it has no points, so it has proven nothing' : undefined;
}

/** What it said to people, which is on stderr first. */
function lastLines(output: string, errors: string): string {
  const said = errors.trim() === '' ? output : errors;
  return said
    .slice(-maxLastLength)
    .trim()
    .split('\n')
    .slice(-maxLastLines)
    .map((line) => `  ${escapeControls(line)}`)
    .join('\n')
    .trimEnd();
}
