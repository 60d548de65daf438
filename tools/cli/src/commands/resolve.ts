import * as Flags from '@oclif/core/flags';
import { assemblyArgument, lockedAssemblyFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';

export class Resolve extends MobyCommand {
  static override summary = 'Show which versions stand in which root of an assembly';
  static override description =
    'Nothing is written and nothing is downloaded. Versions of the lock are preferred. With --universe the solver is asked about a file alone (docs/reference/universe.md).';
  static override examples = [
    '<%= config.bin %> resolve redis-os',
    { description: 'with another C library everywhere', command: '<%= config.bin %> resolve redis-os --replace crun=runc' },
    { description: 'the solver alone', command: '<%= config.bin %> resolve --universe world.json --json' },
  ];
  static override args = assemblyArgument;
  static override flags = {
    universe: Flags.string({
      helpValue: 'FILE',
      description: 'solve this universe instead of an assembly',
      exclusive: ['with', 'without', 'replace', 'components', 'registry', 'platform', 'locked'],
    }),
    ...lockedAssemblyFlags,
  };
  static override jsonShape =
    '{ "assembly": { "name", "version", "file" }, "platform", "components": { "<root>": { "<name>": "<version>" } }, "dropped": string[], "findings": Diagnostic[] }; ' +
    'with --universe { "status": "solved", "versions": {}, "dropped": [] }, { "status": "unsolvable", "explanation", "relax": [[…]] } or { "status": "gave-up", "steps", "explanation" }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Resolve);
    if (flags.universe !== undefined) {
      const { resolveUniverse } = await import('../universe.ts');
      return resolveUniverse(flags.universe);
    }
    const [{ openAssembly }, { resolutionLines, rootsDocument }, { headingOf }] = await Promise.all([
      import('../assembly-line.ts'),
      import('../words/resolved.ts'),
      import('../words/heading.ts'),
    ]);
    const opened = await openAssembly(args.assembly, flags, session);
    if (!opened.ok) return refusedBy(opened.findings);
    const { line, assembly, request } = opened.value;
    const checked = await line.check(request);
    if (!checked.ok) return refusedBy(checked.findings);
    const { resolution } = checked.value;
    session.reporter.settle();
    checked.findings.forEach(session.reporter.warn);
    session.reporter.say(headingOf(assembly, request.platform));
    return {
      kind: 'done',
      value: {
        assembly: { name: assembly.name, version: assembly.version, file: assembly.file },
        platform: request.platform,
        components: rootsDocument(resolution),
        dropped: resolution.dropped,
        findings: session.reporter.warnings,
      },
      lines: resolutionLines(resolution),
    };
  }
}
