import * as Flags from '@oclif/core/flags';
import { libraryFlags, networkFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentBuild extends MobyCommand {
  static override summary = 'Derive the payloads of components and read their facts';
  static override description =
    'Fetches the pinned packages, derives the payload in normal form, and writes digest, size, proven capabilities and facts.json. NAME is a component, a line (`redis/8.0`) or a folder; all of the library where none is named.';
  static override examples = [
    '<%= config.bin %> component build redis/8.0',
    { description: 'in CI: is what is committed what the bytes say?', command: '<%= config.bin %> component build --check' },
  ];
  static override strict = false;
  static override usage = 'component build [NAME...] [--check] [--components DIR...] [--debian-mirror URL] [--offline] [--json]';
  static override flags = {
    check: Flags.boolean({ description: 'write nothing; a difference to what is committed is an error' }),
    ...libraryFlags,
    ...networkFlags,
  };
  static override jsonShape =
    '{ "components": [{ "component", "version", "payloads": [{ "platform", "digest", "sizeBytes" }], "written": boolean, "findings": Diagnostic[] }] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { argv, flags } = await this.parse(ComponentBuild);
    const [{ findComponents }, { buildOutcome }] = await Promise.all([
      import('../author/find-components.ts'),
      import('../author/build-outcome.ts'),
    ]);
    return buildOutcome({ folders: await findComponents(argv.map(String), flags), check: flags.check, flags, session });
  }
}
