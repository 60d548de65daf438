import * as Flags from '@oclif/core/flags';
import { libraryFlags, registryFlag } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentPublish extends MobyCommand {
  static override summary = 'Publish components to a registry';
  static override description =
    'Validates each, derives its payload and facts again where its packages are in the store, compares it with the version before, signs it with your key where you have one, and sends it; nothing is sent before all of them are in order. Published already with the same content is a success; a version with another content never changes. The registry sets `next` and the tag of the line; `latest` comes by promotion.';
  static override examples = [
    '<%= config.bin %> component publish memcached/1.6 --registry http://127.0.0.1:4873',
    { description: 'what would be sent, and what is known of it', command: '<%= config.bin %> component publish memcached --dry-run' },
  ];
  static override strict = false;
  static override usage =
    'component publish NAME... [--registry [@SCOPE=]URL...] [--dry-run] [--tag TAG] [--key FILE] [--components DIR...] [--json]';
  static override flags = {
    registry: registryFlag.registry,
    'dry-run': Flags.boolean({ description: 'send nothing' }),
    tag: Flags.string({ helpValue: 'TAG', description: 'a further dist-tag for it, as `beta`' }),
    key: Flags.string({ helpValue: 'FILE', description: 'the private key to sign with; by default your own, where there is one' }),
    ...libraryFlags,
  };
  static override jsonShape =
    '{ "dryRun": boolean, "releases": [{ "component", "version", "package", "integrity", "registry", "state": "new" | "as before" | "would be" | "refused", "tags": string[], "proven": string[], "bump"?, "signedBy"?, "findings": Diagnostic[] }] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { argv, flags } = await this.parse(ComponentPublish);
    const [{ findComponents }, { publishOutcome }, { mustName }] = await Promise.all([
      import('../author/find-components.ts'),
      import('../publish/publish-outcome.ts'),
      import('../publish/named-release.ts'),
    ]);
    const places = await findComponents(mustName(argv.map(String)), flags);
    const { registry = [], tag, key } = flags;
    return publishOutcome({ places, registry, isDryRun: flags['dry-run'], tag, key, session });
  }
}
