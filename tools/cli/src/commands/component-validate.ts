import { libraryFlags } from '../flags.ts';
import { MobyCommand } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentValidate extends MobyCommand {
  static override summary = 'Check what can be said about components without their bytes';
  static override description =
    'Schema, name and line, paths, facts that belong to the payload, OWNERS.yaml, README.md. NAME is a component, a line (`redis/8.0`) or a folder; all of the library where none is named.';
  static override examples = ['<%= config.bin %> component validate', '<%= config.bin %> component validate redis/8.0'];
  static override strict = false;
  static override usage = 'component validate [NAME...] [--components DIR...] [--json]';
  static override flags = { ...libraryFlags };
  static override jsonShape = '{ "components": [{ "component", "valid": boolean, "findings": Diagnostic[] }] }';

  protected override async perform(): Promise<Outcome> {
    const { argv, flags } = await this.parse(ComponentValidate);
    const [{ findComponents }, { validateOutcome }] = await Promise.all([
      import('../author/find-components.ts'),
      import('../author/validate-outcome.ts'),
    ]);
    return validateOutcome(await findComponents(argv.map(String), flags));
  }
}
