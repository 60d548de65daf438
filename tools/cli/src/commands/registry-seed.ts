import * as Flags from '@oclif/core/flags';
import { libraryFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class RegistrySeed extends MobyCommand {
  static override summary = 'Publish all of the library’s components to a registry';
  static override description =
    'What stands there with the same content is passed over, what has another content is named and stays as it is there: run it as often as you like, and again after it was cut off. It goes through the same gate as every publish, as the user that is logged in; a library holds names that look alike, which a steward decides about. What a component requires is sent before it, an older version before a newer. Payloads are derived and proven by the registry, where its store has their packages.';
  static override examples = [
    '<%= config.bin %> registry seed',
    {
      description: 'for the first time, beside `registry serve`',
      command:
        '<%= config.bin %> registry user add stella --role steward && <%= config.bin %> component login --username stella --registry http://127.0.0.1:4873 && <%= config.bin %> registry seed',
    },
  ];
  static override flags = {
    registry: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: '[@SCOPE=]URL',
      description: "the registry, of @moby or of a scope (repeatable); by default that of npm's configuration, else http://127.0.0.1:4873",
    }),
    key: Flags.string({
      helpValue: 'FILE',
      description: 'the private key to sign all with; by default your own, for the components whose OWNERS.yaml names it',
    }),
    ...libraryFlags,
  };
  static override jsonShape =
    '{ "registries": string[], "components": number, "proven": number, "lines": [{ "component", "version", "package", "integrity", "state": "new" | "as before" | "differs" | "refused", "payload"?: "proven" | "unproven", "findings": Diagnostic[] }] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(RegistrySeed);
    const [{ findComponents }, { seedOutcome }] = await Promise.all([
      import('../author/find-components.ts'),
      import('../seed/seed-outcome.ts'),
    ]);
    const { registry = [], key } = flags;
    return seedOutcome({ places: await findComponents([], flags), registry, key, session });
  }
}
