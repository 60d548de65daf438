import { invocationOf } from './invocation.ts';
import { listenForInterruption } from './interruption.ts';
import { openReporter, type Reporter } from './reporter/reporter.ts';
import { openTerminal } from './reporter/terminal.ts';
import { wantsJson } from './wants-json.ts';

/** What a command works with. */
export interface Session {
  readonly reporter: Reporter;
  /** The work should end. */
  readonly signal: AbortSignal;
  /** The work should drop what it holds. */
  readonly impatience: AbortSignal;
  /** How to type the program's name, for commands that are printed. */
  readonly invocation: string;
}

export interface SessionSettings {
  readonly argv: readonly string[];
  /** Steps are shown only while they last. */
  readonly fleetingSteps: boolean;
  /** How long the work may take to end after a signal. In ms. */
  readonly graceMs: number;
}

/** Runs the work of a command; a signal ends it as an error of code `interrupted`. */
export async function inSession<Result>(settings: SessionSettings, work: (session: Session) => Promise<Result>): Promise<Result> {
  const { argv, fleetingSteps, graceMs } = settings;
  const interruption = listenForInterruption(graceMs);
  const { signal, impatience } = interruption;
  const invocation = invocationOf(process.env);
  const reporter = openReporter({
    terminal: openTerminal({ stdout: process.stdout, stderr: process.stderr, environment: process.env }),
    fleetingSteps,
    invocation,
    json: wantsJson(argv),
    now: () => performance.now(),
  });
  try {
    const result = await interruption.race(work({ reporter, signal, impatience, invocation }));
    reporter.settle();
    return result;
  } catch (error) {
    throw signal.aborted ? await interrupted(signal, error) : error;
  } finally {
    reporter.close();
    interruption.close();
  }
}

async function interrupted(signal: AbortSignal, cause: unknown): Promise<Error> {
  const { Failure } = await import('@moby/model');
  const reason: unknown = signal.reason;
  return new Failure({
    code: 'interrupted',
    message: reason instanceof Error ? reason.message : 'interrupted',
    hints: ['what was downloaded and built so far is kept: the same command goes on from there'],
    cause,
  });
}
