import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { libraryFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class RegistryExport extends MobyCommand {
  static override summary = "Write the library's components as a registry of files";
  static override description =
    'Packs each component as npm does, and writes under npm’s paths what a registry would answer, with the list of who offers what, and the registry’s page. Any web server can serve the folder; `--registry` reads it by its address, or by file:. Again into the same folder, versions are added, what was there stays, and a version with other content is an error. With a key all of it is signed, as a registry that is served signs.';
  static override examples = [
    '<%= config.bin %> registry export public',
    { description: 'assemble from it', command: '<%= config.bin %> assemble redis-os --registry file:///srv/components/' },
  ];
  static override args = { folder: Args.string({ required: true, description: 'a folder of its own; what lies in it is served' }) };
  static override flags = {
    key: Flags.string({ helpValue: 'FILE', description: 'a private key that signs each version, and the list of who offers what' }),
    ...libraryFlags,
  };
  static override jsonShape = '{ "folder", "versions": [{ "component", "version", "package", "state": "new" | "as before" }] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(RegistryExport);
    const [{ findComponents }, { exportOutcome }] = await Promise.all([
      import('../author/find-components.ts'),
      import('../words/exported.ts'),
    ]);
    return exportOutcome({ folder: args.folder, lines: await findComponents([], flags), key: flags.key, session });
  }
}
