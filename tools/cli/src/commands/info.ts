import * as Args from '@oclif/core/args';
import { sourceFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class Info extends MobyCommand {
  static override summary = 'Show what a component is, offers and needs';
  static override description = 'NAME is a component, for all its lines, or one line of it (`redis/8.0`).';
  static override examples = ['<%= config.bin %> info redis', '<%= config.bin %> info redis/8.0 --json'];
  static override args = { name: Args.string({ required: true, description: 'a component, or a line of it' }) };
  static override flags = { ...sourceFlags };
  static override jsonShape =
    '{ "name", "lines": [{ "line", "version", "npm", "description", "kind", "category", "upstream", "provides", "requires", "recommends", "conflicts", "exclusive", "kernel"?, "exec", "payload": { "<platform>": { "digest", "size", "sources" } }, "service"? }] }';

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Info);
    const [{ infoOutcome }, { registryOf }] = await Promise.all([import('../words/info.ts'), import('../registry-of.ts')]);
    return infoOutcome(args.name, await registryOf(flags, session));
  }
}
