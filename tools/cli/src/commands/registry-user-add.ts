import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { registryUserFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

const userRoles = ['contributor', 'maintainer', 'steward', 'bot'] as const;

export class RegistryUserAdd extends MobyCommand {
  static override summary = 'Let somebody write to a registry';
  static override description =
    'Writes a user with a bcrypt hash into the users file of a registry’s folder; nobody can register over the network. The password is asked for twice without showing it, or comes on stdin where that is no terminal. A server that runs knows the user at once. A contributor publishes, a maintainer promotes, deprecates and tags too, a steward does so for every component and says who owns one, a bot publishes and promotes what was merged.';
  static override examples = [
    '<%= config.bin %> registry user add carol',
    {
      description: 'in a script',
      command: '<%= config.bin %> registry user add stella --role steward --storage /srv/registry < password-file',
    },
  ];
  static override args = { name: Args.string({ required: true, description: 'letters, digits, `.`, `_`, `-`' }) };
  static override flags = {
    role: Flags.option({
      options: userRoles,
      default: 'contributor',
      helpValue: 'ROLE',
      description: 'contributor, maintainer, steward or bot; by default contributor',
    })(),
    ...registryUserFlags,
  };
  static override jsonShape = '{ "storage", "user", "role" }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(RegistryUserAdd);
    const { addOutcome } = await import('../registry/user-outcome.ts');
    return addOutcome(flags.role, process.stdin, { name: args.name, flags, session });
  }
}
