import * as Args from '@oclif/core/args';
import { registryUserFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class RegistryUserRole extends MobyCommand {
  static override summary = 'Say what a user of a registry may do';
  static override description =
    'A token goes on, with what the role allows from now on. A role in the configuration counts before this one.';
  static override examples = ['<%= config.bin %> registry user role carol maintainer --storage /srv/registry'];
  static override args = {
    name: Args.string({ required: true, description: 'the user' }),
    role: Args.string({ required: true, description: 'contributor, maintainer, steward or bot' }),
  };
  static override flags = { ...registryUserFlags };
  static override jsonShape = '{ "storage", "user", "role" }';

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(RegistryUserRole);
    const { roleOutcome } = await import('../registry/user-outcome.ts');
    return roleOutcome(args.role, { name: args.name, flags, session });
  }
}
