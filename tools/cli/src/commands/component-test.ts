import { blobMirrorFlags, libraryFlags, machineFlags, networkFlags, registryFlag } from '../flags.ts';
import * as Flags from '@oclif/core/flags';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentTest extends MobyCommand {
  static override summary = 'Boot components in a test guest, and judge what they show';
  static override description =
    'Makes the least assembly that a component comes up in, of the library or of registries, below out/component-test, boots it in QEMU, and powers it off. A service has to become ready, to be started once, and to do what stands under its `expect:`; a task has to succeed; of what does not come up by itself the files have to be in place in a root with all that it requires, its programs and libraries to be loaded there, and what `expect:` runs to end with 0. Components that go together share one machine; else it is said why not. NAME is a component, a line (`redis/8.0`) or, with `--registry`, also `redis@^8`; DIR is a folder with its package.json, whose neighbours count too. Exit code 1 when something failed.';
  static override examples = [
    '<%= config.bin %> component test memcached',
    { description: 'several, in as few machines as they go into', command: '<%= config.bin %> component test openssl zlib redis/8.0' },
    { description: 'as it was published', command: '<%= config.bin %> component test memcached --registry https://components.example/' },
  ];
  static override strict = false;
  static override usage =
    'component test NAME|DIR... [--memory SIZE] [--as-shipped] [--timeout TIME] [--platform OS/ARCH] [--components DIR...] [--registry [@SCOPE=]URL...] [--debian-mirror URL] [--offline] [--blob-mirror oci://HOST/REPOSITORY...] [--plain-http] [--json]';
  static override flags = {
    ...machineFlags,
    platform: Flags.string({ helpValue: 'OS/ARCH', description: 'by default linux/amd64' }),
    ...libraryFlags,
    ...registryFlag,
    ...networkFlags,
    ...blobMirrorFlags,
  };
  static override jsonShape =
    '{ "machines": [{ "components": [{ "component", "version" }], "assembly", "apart"?: string, "refused"?: Diagnostic[], or what `test` says of a machine }], "passed", "failed", "skipped" }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { argv, flags } = await this.parse(ComponentTest);
    const { testOutcome } = await import('../author/test-outcome.ts');
    return testOutcome({ named: argv.map(String), flags, session });
  }
}
