import * as Flags from '@oclif/core/flags';
import { libraryFlags, networkFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentUpdate extends MobyCommand {
  static override summary = 'Pin components to the newest packages of their suites';
  static override description =
    'Finds versions through the signature of InRelease, Packages and sha256, and rewrites pins, digest, facts, revision, and the locks that use the component. A component stays in its line. NAME is a component, a line (`redis/8.0`) or a folder; all of the library where none is named.';
  static override examples = ['<%= config.bin %> component update', '<%= config.bin %> component update glibc/2.41'];
  static override strict = false;
  static override usage = 'component update [NAME...] [--rederive] [--components DIR...] [--debian-mirror URL] [--json]';
  static override flags = {
    rederive: Flags.boolean({ description: 'derive payloads again also where no pin has changed, as after a change of `keep`' }),
    ...libraryFlags,
    'debian-mirror': networkFlags['debian-mirror'],
  };
  static override jsonShape =
    '{ "components": [{ "component", "from", "to", "changed": boolean, "pins": [{ "package", "from", "to" }], "payloads": [{ "platform", "digest", "sizeBytes" }] }], "relocked": string[], "findings": Diagnostic[] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { argv, flags } = await this.parse(ComponentUpdate);
    const [{ findComponents }, { updateOutcome }] = await Promise.all([
      import('../author/find-components.ts'),
      import('../author/update-outcome.ts'),
    ]);
    return updateOutcome({
      folders: await findComponents(argv.map(String), flags),
      rederive: flags.rederive,
      flags,
      session,
    });
  }
}
