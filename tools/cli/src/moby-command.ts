import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { defaultGraceMs } from './interruption.ts';
import type { Outcome } from './outcome.ts';
import { inSession, type Session } from './session.ts';

export type { Session } from './session.ts';

/**
 * A command: flags and arguments in, an `Outcome` out. It parses, calls what does the work, and puts the result into
 * words; `main` prints it. Whatever takes time to load is imported in `perform`, because help loads all commands.
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
    return inSession({ argv: this.argv, ...settingsOf(this.constructor) }, (session) => this.perform(session));
  }

  /** Errors are put into words by `main`, in one place. */
  protected override async catch(error: Error): Promise<never> {
    throw error;
  }
}

/** The statics of a command's class, which oclif knows as `Command` only. */
function settingsOf(constructor: unknown): { readonly fleetingSteps: boolean; readonly graceMs: number } {
  const { fleetingSteps, graceMs } = isMobyCommand(constructor) ? constructor : { fleetingSteps: false, graceMs: defaultGraceMs };
  return { fleetingSteps, graceMs };
}

function isMobyCommand(constructor: unknown): constructor is typeof MobyCommand {
  return typeof constructor === 'function' && 'fleetingSteps' in constructor && 'graceMs' in constructor;
}
