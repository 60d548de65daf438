import * as Args from '@oclif/core/args';
import { registryUserFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class RegistryUserPassword extends MobyCommand {
  static override summary = 'Give a user of a registry a new password';
  static override description =
    'Asked for as by `registry user add`, or read from stdin. The tokens that were got with the old password are no longer good.';
  static override examples = ['<%= config.bin %> registry user password carol --storage /srv/registry'];
  static override args = { name: Args.string({ required: true, description: 'the user' }) };
  static override flags = { ...registryUserFlags };
  static override jsonShape = '{ "storage", "user" }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(RegistryUserPassword);
    const { passwordOutcome } = await import('../registry/user-outcome.ts');
    return passwordOutcome(process.stdin, { name: args.name, flags, session });
  }
}
