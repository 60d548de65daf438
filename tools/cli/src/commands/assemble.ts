import { artifactFlags, assemblyArgument } from '../flags.ts';
import { typedAgain } from '../typed-again.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class Assemble extends MobyCommand {
  static override summary = 'Make a bootable artifact of an assembly';
  static override description =
    "Resolves the assembly's components, proves from their facts that they fit, writes the lock, fetches what the store lacks, and builds kernel and initrd. " +
    'With --with, --without, --replace and --layout the lock is left alone and the artifact goes to a folder of its own.';
  static override examples = [
    '<%= config.bin %> assemble redis-os',
    {
      description: 'another OCI runtime, and a service more',
      command: '<%= config.bin %> assemble redis-os --replace crun=runc --with redis@~7.0',
    },
    { description: "containers' trees on a disk instead of in memory", command: '<%= config.bin %> assemble redis-os --layout disk' },
    { description: 'in CI: exactly what is locked', command: '<%= config.bin %> assemble redis-os --locked' },
  ];
  static override args = assemblyArgument;
  static override flags = artifactFlags;
  static override jsonShape =
    '{ "assembly": { "name", "version", "file" }, "platform", "folder", "unchanged": boolean, "files": [{ "role", "name", "serial"?, "sizeBytes", "digest" }], "sizeBytes", "budgetBytes"?, ' +
    '"lock": { "file", "state": "written" | "unchanged" | "left alone" }, "components": { "<root>": { "<name>": "<version>" } }, "check": { "<verdict>": number }, "findings": Diagnostic[] }';

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Assemble);
    const [{ assembleAgain }, { assembledOutcome }] = await Promise.all([import('../assemble-again.ts'), import('../words/composed.ts')]);
    const assembly = args.assembly ?? (await (await import('../assembly-line.ts')).chooseAssembly(flags));
    const again = await assembleAgain(assembly, flags, session);
    const outline = again ?? (await (await import('../assemble-anew.ts')).assembleAnew(assembly, flags, session));
    return 'kind' in outline ? outline : assembledOutcome(outline, session.reporter.warnings, typedAgain(assembly, flags));
  }
}
