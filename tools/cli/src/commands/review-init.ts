import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ReviewInit extends MobyCommand {
  static override summary = 'Begin a library of your own: its policy, a form of OWNERS.yaml, and what judges pull requests';
  static override description =
    'Writes what is missing, and leaves what is there. Components go below components/NAME/LINE, assemblies below assemblies/NAME. Without docs/governance/lifecycle.yaml the life cycle is the usual one.';
  static override examples = [
    '<%= config.bin %> review init --scope @acme',
    '<%= config.bin %> review init library --scope @acme --steward Ann',
  ];
  static override args = { folder: Args.string({ description: 'the top folder of the library; by default this one' }) };
  static override flags = {
    scope: Flags.string({ required: true, helpValue: '@NAME', description: 'the scope of its packages, which nobody else publishes to' }),
    steward: Flags.string({ helpValue: 'NAME', description: "who decides what is nobody's own; by default git's user.name" }),
  };
  static override jsonShape = '{ "folder", "written": string[], "kept": string[] }';

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(ReviewInit);
    const { initOutcome } = await import('../library/init-outcome.ts');
    return initOutcome({
      folder: args.folder ?? '.',
      scope: flags.scope,
      steward: flags.steward,
      version: this.config.version,
      invocation: session.invocation,
    });
  }
}
