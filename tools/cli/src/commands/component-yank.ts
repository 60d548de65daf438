import * as Args from '@oclif/core/args';
import { registryFlag } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentYank extends MobyCommand {
  static override summary = 'Take a published version out of use';
  static override description =
    'No resolution chooses the version any more; a lock that has it goes on, and says so. Its bytes stay, as nothing that was published is ever removed. `component deprecate NAME@VERSION ""` puts it back.';
  static override examples = ['<%= config.bin %> component yank memcached@1.6.38+r1 "loses what it holds on a full disk"'];
  static override args = {
    release: Args.string({ required: true, description: 'a component and its version, as memcached@1.6.38+r1' }),
    reason: Args.string({ required: true, description: 'one line: why' }),
  };
  static override flags = { ...registryFlag };
  static override jsonShape = '{ "component", "version", "package", "registry", "yanked", "unchanged": boolean }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(ComponentYank);
    const { yankOutcome } = await import('../publish/change-outcome.ts');
    return yankOutcome(args.reason, { release: args.release, registry: flags.registry ?? [], session });
  }
}
