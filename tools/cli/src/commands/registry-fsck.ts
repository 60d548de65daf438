import * as Flags from '@oclif/core/flags';
import { registryFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class RegistryFsck extends MobyCommand {
  static override summary = 'Read everything that a registry holds, and compare it with what was published';
  static override description =
    'Every document and every byte, against the journal of what was published. Nothing is changed without --repair, which does what a start of the server does too: finishes what was acknowledged, removes what was not, and sets aside what nobody knows. The server must not run. Exit code 1 where something is not in order, and can’t be or was not mended.';
  static override examples = [
    '<%= config.bin %> registry fsck',
    { description: 'mend what can be mended', command: '<%= config.bin %> registry fsck --storage /srv/registry --repair' },
  ];
  static override flags = { ...registryFlags, repair: Flags.boolean({ description: 'mend what can be mended' }) };
  static override jsonShape =
    '{ "storage": string, "packages": number, "versions": number, "findings": [{ "kind", "path", "message", "remedy"?, "isMended" }] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(RegistryFsck);
    const { fsckOutcome } = await import('../registry/fsck-outcome.ts');
    return fsckOutcome(flags, session);
  }
}
