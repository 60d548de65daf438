import { sourceFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ListComponents extends MobyCommand {
  static override summary = 'List the components that there are';
  static override description = 'One line a maintained release line, with its version and kind.';
  static override examples = [
    '<%= config.bin %> list components',
    { description: 'names only', command: '<%= config.bin %> list components --json | jq -r ".components[].name"' },
  ];
  static override flags = { ...sourceFlags };
  static override jsonShape = '{ "components": [{ "name", "line", "version", "kind", "category", "description" }] }';

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(ListComponents);
    const [{ componentsOutcome }, { registryOf }] = await Promise.all([import('../words/components.ts'), import('../registry-of.ts')]);
    return componentsOutcome(await registryOf(flags, session));
  }
}
