import * as Args from '@oclif/core/args';
import { libraryFlags, registryFlag } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentOwner extends MobyCommand {
  static override summary = 'Show who answers for a component, and where that is decided';
  static override description =
    'In a library its OWNERS.yaml decides, which changes by a pull request; with `--registry`, or outside of a library, what the registry says is shown.';
  static override examples = [
    '<%= config.bin %> component owner redis',
    '<%= config.bin %> component owner redis --registry http://127.0.0.1:4873',
  ];
  static override args = { name: Args.string({ required: true, description: 'a component' }) };
  static override flags = { ...libraryFlags, ...registryFlag };
  static override jsonShape =
    '{ "component", "lifecycle"?, "successor"?, "maintainers": [{ "name"?, "github"?, "email"?, "registry"?, "keys"?: string[] }], "decided": { "kind": "library", "file" } | { "kind": "registry", "registry" } }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(ComponentOwner);
    const { ownerOutcome } = await import('../publish/owner-outcome.ts');
    return ownerOutcome(args.name, flags, session);
  }
}
