import { libraryFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ListAssemblies extends MobyCommand {
  static override summary = 'List the assemblies that there are';
  static override description = 'Those below `assemblies/` of the library; any other folder or file can be assembled too.';
  static override examples = ['<%= config.bin %> list assemblies'];
  static override flags = { ...libraryFlags };
  static override jsonShape = '{ "assemblies": [{ "name", "version", "description", "file", "valid": boolean }] }';

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(ListAssemblies);
    const [{ openLine }, { findLibrary }, { surroundingsOf }, { assembliesOutcome }] = await Promise.all([
      import('@moby/composer'),
      import('../places.ts'),
      import('../surroundings.ts'),
      import('../words/assemblies.ts'),
    ]);
    return assembliesOutcome(await openLine(await surroundingsOf(flags, session)), findLibrary(process.cwd()));
  }
}
