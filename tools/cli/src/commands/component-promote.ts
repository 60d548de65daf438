import * as Args from '@oclif/core/args';
import { registryFlag } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentPromote extends MobyCommand {
  static override summary = 'Make a published version `latest`';
  static override description =
    'A publish sets `next` alone; `latest` is the version that somebody stands for. It is never set back to a lower version, unless the one that has it was yanked.';
  static override examples = ['<%= config.bin %> component promote memcached@1.6.38+r1'];
  static override args = {
    release: Args.string({ required: true, description: 'a component and its version, as memcached@1.6.38+r1' }),
  };
  static override flags = { ...registryFlag };
  static override jsonShape = '{ "component", "version", "package", "registry", "tag": "latest", "unchanged": boolean }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(ComponentPromote);
    const { promoteOutcome } = await import('../publish/change-outcome.ts');
    return promoteOutcome({ release: args.release, registry: flags.registry ?? [], session });
  }
}
