import * as Flags from '@oclif/core/flags';
import { networkFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

const formats = ['text', 'json', 'markdown', 'sarif', 'github', 'junit'] as const;

export class Review extends MobyCommand {
  static override summary = 'Judge a pull request to a library of components';
  static override description =
    'Reads two commits of a git repository, and judges what merging the head into the base would do: nothing is checked out, and no code of the head is run. Rules, policy and owners are those of the base. Exit code: 0 pass, 1 fail, 2 no verdict, 3 a person must decide. A fact that is missing is for a person, never a pass.';
  static override examples = [
    '<%= config.bin %> review --base origin/main',
    { description: 'for code scanning', command: '<%= config.bin %> review --base origin/main --format sarif > review.sarif' },
    { description: 'a bare repository', command: '<%= config.bin %> review --repo library.git --base main --head feature' },
  ];
  static override flags = {
    repo: Flags.string({ default: '.', helpValue: 'DIR', description: 'the repository: a work tree, or a bare one' }),
    base: Flags.string({ required: true, helpValue: 'REV', description: 'what it would be merged into, as it is now' }),
    head: Flags.string({ default: 'HEAD', helpValue: 'REV', description: 'what would be merged' }),
    'merge-base': Flags.string({ helpValue: 'REV', description: 'where the head left the base, where a shallow clone doesn’t know it' }),
    facts: Flags.string({
      helpValue: 'FILE',
      description:
        'what git can’t know: author, approvals, labels, what is published, the day (schemas/documents/review-facts.v1.schema.json)',
    }),
    policy: Flags.string({ helpValue: 'FILE', description: 'a policy in place of the base’s docs/governance/policy.yaml' }),
    derive: Flags.boolean({
      description:
        'derive the payloads of changed lines from their packages, which are downloaded; without it, changed payloads are unproven',
    }),
    ...networkFlags,
    format: Flags.option({
      options: formats,
      default: 'text' as const,
      helpValue: 'FORMAT',
      description: `${formats.join(', ')}; json is the same as --json`,
    })(),
  };
  static override jsonShape =
    '{ "form": 1, "verdict", "head", "base", "rulesDigest", "findings": [{ "rule", "name", "clause", "severity", "component", "path", "line", "column", "pointer", "message", "help"?, "waivableBy" }], "waived": [], "bump": { "<line>": { "version", "declared", "required", "baseline"?, "witnesses": [] } }, "assemblies": [{ "name", "before", "after" }], "autoMerge": [{ "condition", "met", "who"? }], "passed": number, "unjudged": string[], "cause"? } (schemas/documents/review-report.v1.schema.json)';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(Review);
    const [{ reviewChange }, { reviewedOutcome }] = await Promise.all([
      import('../review/review-change.ts'),
      import('../words/reviewed.ts'),
    ]);
    return reviewedOutcome(await reviewChange(flags, session), flags.json ? 'json' : flags.format);
  }
}
