import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { invocationOf } from './invocation.ts';
import { defaultGraceMs, listenForInterruption } from './interruption.ts';
import type { Outcome } from './outcome.ts';
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

/**
 * A command: flags and arguments in, an `Outcome` out. It parses, calls what does the work, and puts the result into
 * words; `main` prints it. Whatever takes time to load is imported in `perform`, because all commands are loaded at
 * every start.
 */
export abstract class MobyCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({ description: 'print one JSON document instead of text, also on failure', helpGroup: 'GLOBAL' }),
  };

  /** The document of `--json`, for the reference. */
  static jsonShape = '';

  /** Steps are shown only while they last. */
  static fleetingSteps = false;

  /** How long the work may take to end after a signal. In ms. */
  static graceMs = defaultGraceMs;

  protected abstract perform(session: Session): Promise<Outcome>;

  override async run(): Promise<Outcome> {
    const { fleetingSteps, graceMs } = settingsOf(this.constructor);
    const interruption = listenForInterruption(graceMs);
    const { signal, impatience } = interruption;
    const invocation = invocationOf(process.env);
    const reporter = openReporter({
      terminal: openTerminal({ stdout: process.stdout, stderr: process.stderr, environment: process.env }),
      fleetingSteps,
      invocation,
      json: wantsJson(this.argv),
      now: () => performance.now(),
    });
    try {
      const outcome = await interruption.race(this.perform({ reporter, signal, impatience, invocation }));
      reporter.settle();
      return outcome;
    } catch (error) {
      throw signal.aborted ? await interrupted(signal, error) : error;
    } finally {
      reporter.close();
      interruption.close();
    }
  }

  /** Errors are put into words by `main`, in one place. */
  protected override async catch(error: Error): Promise<never> {
    throw error;
  }
}

/** The statics of a command's class, which oclif knows as `Command` only. */
function settingsOf(constructor: unknown): { readonly fleetingSteps: boolean; readonly graceMs: number } {
  return isMobyCommand(constructor) ? constructor : { fleetingSteps: false, graceMs: defaultGraceMs };
}

function isMobyCommand(constructor: unknown): constructor is typeof MobyCommand {
  return typeof constructor === 'function' && 'fleetingSteps' in constructor && 'graceMs' in constructor;
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
