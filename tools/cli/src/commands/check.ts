import * as Flags from '@oclif/core/flags';
import { assemblyArgument, libraryFlags, lockFlags, networkFlags, platformFlag, variationFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';

export class Check extends MobyCommand {
  static override summary = 'Prove from facts that the parts of an assembly fit';
  static override description =
    'Resolves the assembly and judges every edge between its files: libraries, symbol versions, interpreters, programs, kernel modules. Reads facts only, so nothing is downloaded; nothing is written. A missing fact is shown as unknown, and never taken for a pass.';
  static override examples = [
    '<%= config.bin %> check redis-os',
    { description: 'every edge with its evidence, for a tool', command: '<%= config.bin %> check redis-os --json' },
    { description: 'would another runtime fit?', command: '<%= config.bin %> check redis-os --replace crun=runc' },
  ];
  static override args = assemblyArgument;
  static override flags = {
    edges: Flags.boolean({ description: 'show every edge, those that hold too' }),
    ...variationFlags,
    ...platformFlag,
    ...lockFlags,
    ...libraryFlags,
    ...networkFlags,
  };
  static override jsonShape =
    '{ "assembly": { "name", "version", "file" }, "platform", "counts": { "<verdict>": number }, "edges": [{ "rule", "verdict", "evidence", "root", "from", "need", "by"?, "offer"?, "sentence" }], "modules": [{ "name", "path" }], "findings": Diagnostic[] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Check);
    const [{ openAssembly }, { countVerdicts, edgesLines }, { headingOf }] = await Promise.all([
      import('../assembly-line.ts'),
      import('../words/checked.ts'),
      import('../words/heading.ts'),
    ]);
    const opened = await openAssembly(args.assembly, flags, session);
    if (!opened.ok) return refusedBy(opened.findings);
    const { line, assembly, request } = opened.value;
    const checked = await line.check(request);
    if (!checked.ok) return refusedBy(checked.findings);
    const { edges, modules } = checked.value.verdict;
    session.reporter.settle();
    checked.findings.forEach(session.reporter.warn);
    session.reporter.say(headingOf(assembly, request.platform));
    return {
      kind: 'done',
      value: {
        assembly: { name: assembly.name, version: assembly.version, file: assembly.file },
        platform: request.platform,
        counts: countVerdicts(edges),
        edges,
        modules,
        findings: session.reporter.warnings,
      },
      lines: edgesLines(edges, flags.edges),
    };
  }
}
