import { assemblyArgument, libraryFlags, lockFlags, networkFlags, outFlag, platformFlag, variationFlags } from '../flags.ts';
import { typedAgain } from '../typed-again.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';

export class Assemble extends MobyCommand {
  static override summary = 'Make a bootable artifact of an assembly';
  static override description =
    "Resolves the assembly's components, proves from their facts that they fit, writes the lock, fetches what the store lacks, and builds kernel and initrd. " +
    'With --with, --without and --replace the lock is left alone and the artifact goes to a folder of its own.';
  static override examples = [
    '<%= config.bin %> assemble redis-os',
    {
      description: 'another OCI runtime, and a service more',
      command: '<%= config.bin %> assemble redis-os --replace crun=runc --with redis@~7.0',
    },
    { description: 'in CI: exactly what is locked', command: '<%= config.bin %> assemble redis-os --locked' },
  ];
  static override args = assemblyArgument;
  static override flags = { ...variationFlags, ...outFlag, ...platformFlag, ...lockFlags, ...libraryFlags, ...networkFlags };
  static override jsonShape =
    '{ "assembly": { "name", "version", "file" }, "platform", "folder", "unchanged": boolean, "files": [{ "role", "name", "sizeBytes", "digest" }], "sizeBytes", "budgetBytes"?, ' +
    '"lock": { "file", "state": "written" | "unchanged" | "left alone" }, "components": { "<root>": { "<name>": "<version>" } }, "check": { "<verdict>": number }, "findings": Diagnostic[] }';

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Assemble);
    const [{ openAssembly }, { composedDocument, composedLines }, { headingOf }] = await Promise.all([
      import('../assembly-line.ts'),
      import('../words/composed.ts'),
      import('../words/heading.ts'),
    ]);
    const opened = await openAssembly(args.assembly, flags, session);
    if (!opened.ok) return refusedBy(opened.findings);
    const { line, request, assembly } = opened.value;
    session.reporter.say(headingOf(assembly, request.platform));
    session.reporter.say([]);
    const composed = await line.compose(request);
    if (!composed.ok) return refusedBy(composed.findings);
    session.reporter.settle();
    composed.findings.forEach(session.reporter.warn);
    session.reporter.say([]);
    return {
      kind: 'done',
      value: composedDocument(composed.value, session.reporter.warnings),
      lines: composedLines(composed.value),
      next: [[], [`boot it: moby-compose run ${typedAgain(args.assembly ?? request.assembly, flags)}`]],
    };
  }
}
