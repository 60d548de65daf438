import * as Flags from '@oclif/core/flags';
import { Failure } from '@moby/model/basics';
import { assemblyArgument, lockedAssemblyFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

const formats = ['text', 'json', 'sarif'] as const;
const cpuLevels = ['x86-64-v1', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'] as const;

export class Check extends MobyCommand {
  static override summary = 'Prove from facts that the parts of an assembly fit';
  static override description =
    'Resolves the assembly and judges every edge between its files: libraries, symbol versions, interpreters, programs, kernel modules. Reads facts only, so nothing is downloaded; the answer is kept in the store, for when the same is asked again, and nothing else is written. A missing fact is shown as unknown, and never taken for a pass. With --root every program, library and script of an unpacked root is judged from its bytes, and nothing of it is run.';
  static override examples = [
    '<%= config.bin %> check redis-os',
    { description: 'every edge with its evidence, for a tool', command: '<%= config.bin %> check redis-os --json' },
    { description: 'why it is taken to fit, edge by edge', command: '<%= config.bin %> check redis-os --explain' },
    { description: 'for code scanning', command: '<%= config.bin %> check redis-os --format sarif > check.sarif' },
    { description: 'a root that something else unpacked', command: '<%= config.bin %> check --root rootfs' },
    { description: 'would another runtime fit?', command: '<%= config.bin %> check redis-os --replace crun=runc' },
  ];
  static override args = assemblyArgument;
  static override flags = {
    root: Flags.string({
      helpValue: 'DIR',
      description: 'judge an unpacked root instead of an assembly; links are never followed out of it',
    }),
    cpu: Flags.option({
      options: cpuLevels,
      description: 'the processor that the root is for, with --root',
      helpValue: 'LEVEL',
      dependsOn: ['root'],
    })(),
    format: Flags.option({
      options: formats,
      default: 'text' as const,
      helpValue: 'FORMAT',
      description: 'text, json (the same as --json), or sarif (SARIF 2.1.0, for code scanning)',
    })(),
    explain: Flags.boolean({
      description:
        'every edge with its proof: which file needs what, who gives it, by which facts of which payloads, and why the rule is there',
    }),
    edges: Flags.boolean({ description: 'show every edge, those that hold too' }),
    ...lockedAssemblyFlags,
  };
  static override jsonShape =
    '{ "assembly": { "name", "version", "file" }, "platform", "counts": { "<verdict>": number }, "edges": [{ "rule", "verdict", "evidence", "root", "from", "need", "by"?, "offer"?, "sentence" }], "modules": [{ "name", "path" }], "privileged": string[], "findings": Diagnostic[] }, with --root { "root", "platform", "checked": number, "counts": { "<level>": number }, "findings": [{ "rule", "level", "file", "needs", "by"?, "offers"?, "symbols"?: string[], "programs": string[], "message", "evidence", "hints": string[] }] }; with --explain "rules": { "<rule>": { "title", "why" } } besides; with --format sarif a SARIF 2.1.0 log';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Check);
    const format = flags.json ? 'json' : flags.format;
    if (flags.root !== undefined) {
      refuseOther(flags);
      const { checkedRoot } = await import('../words/checked-root.ts');
      return checkedRoot({ ...flags, format, folder: flags.root, assembly: args.assembly });
    }
    const [{ assemblyCheckedAgain }, { checkedOutcome }, { placesOf }] = await Promise.all([
      import('../check-again.ts'),
      import('../words/check-outcome.ts'),
      import('../places.ts'),
    ]);
    const assembly = args.assembly ?? (await (await import('../assembly-line.ts')).chooseAssembly(flags));
    const currentFolder = process.cwd();
    const { library } = await placesOf(flags, currentFolder);
    const look = { format, explain: flags.explain, edges: flags.edges, places: { library, currentFolder } };
    const again = await assemblyCheckedAgain(assembly, flags, session);
    const outline = again ?? (await (await import('../check-anew.ts')).assemblyCheckedAnew(assembly, flags, session, look));
    return 'kind' in outline ? outline : checkedOutcome(outline, session.reporter.warnings, look);
  }
}

/** A root is judged as it lies there: what varies an assembly, and where its parts come from, has no meaning for it. */
function refuseOther(flags: Readonly<Record<string, unknown>>): void {
  const other = Object.keys(lockedAssemblyFlags).find((name) => name !== 'platform' && flags[name] !== undefined && flags[name] !== false);
  if (other === undefined) return;
  throw new Failure({
    code: 'usage',
    message: `\`--${other}\` is about an assembly, and \`--root\` judges a folder`,
    hints: ['leave one of them out'],
  });
}
