import * as Args from '@oclif/core/args';
import { registryFlag } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentDeprecate extends MobyCommand {
  static override summary = 'Advise against a published version';
  static override description =
    'Whoever chooses the version is told the text; the version stays. An empty text takes the advice, or a yank, away. To take a version out of use there is `component yank`.';
  static override examples = [
    '<%= config.bin %> component deprecate memcached@1.6.38+r1 "the line 1.7 has the same interface"',
    { description: 'take it away', command: '<%= config.bin %> component deprecate memcached@1.6.38+r1 ""' },
  ];
  static override args = {
    release: Args.string({ required: true, description: 'a component and its version, as memcached@1.6.38+r1' }),
    text: Args.string({ required: true, description: 'one line: what is wrong, and what to take in its place' }),
  };
  static override flags = { ...registryFlag };
  static override jsonShape = '{ "component", "version", "package", "registry", "deprecated", "unchanged": boolean }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(ComponentDeprecate);
    const { deprecateOutcome } = await import('../publish/change-outcome.ts');
    return deprecateOutcome(args.text, { release: args.release, registry: flags.registry ?? [], session });
  }
}
