import * as Args from '@oclif/core/args';
import { registryUserFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class RegistryUserRemove extends MobyCommand {
  static override summary = 'Take a user out of a registry';
  static override description =
    'Their tokens are no longer good, also at a server that runs. What they published stays, and belongs to the name: where no library says who owns a component, a steward gives it to others (`npm owner add`).';
  static override examples = ['<%= config.bin %> registry user remove carol --storage /srv/registry'];
  static override args = { name: Args.string({ required: true, description: 'the user' }) };
  static override flags = { ...registryUserFlags };
  static override jsonShape = '{ "storage", "user" }';

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(RegistryUserRemove);
    const { removeOutcome } = await import('../registry/user-outcome.ts');
    return removeOutcome({ name: args.name, flags, session });
  }
}
