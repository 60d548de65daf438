import * as Flags from '@oclif/core/flags';
import { blobMirrorFlags, libraryFlags, networkFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ComponentMirror extends MobyCommand {
  static override summary = 'Push the payloads of components to a registry of images';
  static override description =
    'Any registry that speaks the OCI distribution specification keeps payloads, and `assemble --blob-mirror` reads them from there. A payload that the store lacks is derived from its packages; ' +
    'one that is there already is not sent. Each gets a manifest with the tag NAME-VERSION-PLATFORM, so that the registry keeps it. Run again, it goes on where it ended. ' +
    'Credentials are those of `docker login`, or `--username` with the password in `MOBY_COMPOSE_MIRROR_PASSWORD`. NAME is a component, a line (`redis/8.0`) or a folder; all of the library where none is named.';
  static override examples = [
    '<%= config.bin %> component mirror --to oci://registry.example/moby/payloads',
    {
      description: 'one line, for one platform, to a registry on this machine',
      command: '<%= config.bin %> component mirror redis/8.0 --platform linux/amd64 --to oci://localhost:5000/payloads',
    },
  ];
  static override strict = false;
  static override usage =
    'component mirror [NAME...] --to oci://HOST[:PORT]/REPOSITORY [--platform OS/ARCH...] [--username NAME] [--mount-from REPOSITORY] [FLAGS]';
  static override flags = {
    to: Flags.string({
      required: true,
      helpValue: 'oci://HOST[:PORT]/REPOSITORY',
      description: 'the repository that payloads are pushed to',
    }),
    platform: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'OS/ARCH',
      description: 'push the payloads of this platform alone (repeatable)',
    }),
    username: Flags.string({ helpValue: 'NAME', description: 'who pushes; the password is in MOBY_COMPOSE_MIRROR_PASSWORD' }),
    'mount-from': Flags.string({
      helpValue: 'REPOSITORY',
      description: 'another repository of the same registry, whose blobs are taken over without being sent',
    }),
    ...libraryFlags,
    'debian-mirror': networkFlags['debian-mirror'],
    ...blobMirrorFlags,
  };
  static override jsonShape =
    '{ "repository", "payloads": [{ "name", "version", "platform", "digest", "sizeBytes", "tag", "state": "pushed" | "mounted" | "there" }], "findings": Diagnostic[] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { argv, flags } = await this.parse(ComponentMirror);
    const [{ findComponents }, { mirrorOutcome }] = await Promise.all([
      import('../author/find-components.ts'),
      import('../author/mirror-outcome.ts'),
    ]);
    return mirrorOutcome({ folders: await findComponents(argv.map(String), flags), flags, session });
  }
}
