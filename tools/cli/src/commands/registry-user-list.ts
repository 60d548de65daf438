import { registryUserFlags } from '../flags.ts';
import { MobyCommand } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class RegistryUserList extends MobyCommand {
  static override summary = 'List who may write to a registry';
  static override description =
    'Users and their roles, as the users file of a registry’s folder and, where it is named, the configuration say.';
  static override examples = ['<%= config.bin %> registry user list --storage /srv/registry'];
  static override flags = { ...registryUserFlags };
  static override jsonShape = '{ "storage", "users": [{ "name", "role" }] }';

  protected override async perform(): Promise<Outcome> {
    const { flags } = await this.parse(RegistryUserList);
    const { listOutcome } = await import('../registry/user-outcome.ts');
    return listOutcome(flags);
  }
}
