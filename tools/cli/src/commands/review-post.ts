import * as Flags from '@oclif/core/flags';
import { githubFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

const parts = ['check', 'comment', 'labels'] as const;

export class ReviewPost extends MobyCommand {
  static override summary = 'Show a report where a pull request is talked about';
  static override description =
    'Makes a check run on the head that the report is about, with an annotation for each finding; one comment, which is edited in place; and one label of the four `review: …`. What is there already stays as it is, so that running it again sends nothing, and running it after a failure goes on from there. The report is read by its schema, and is refused where the pull request has another head by now. The token is that of the environment, GITHUB_TOKEN, with the permissions `checks: write`, `pull-requests: write` and `issues: write`; only an App’s, as a workflow has it, can make a check run. A verdict is no failure of this command.';
  static override examples = [
    '<%= config.bin %> review post --report report.json --github moby/library#12',
    {
      description: 'what would be sent; nobody is asked',
      command: '<%= config.bin %> review post --report report.json --github moby/library#12 --dry-run',
    },
  ];
  static override flags = {
    report: Flags.string({ required: true, helpValue: 'FILE', description: 'what `review --format json` has printed' }),
    ...githubFlags,
    without: Flags.option({
      options: parts,
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PART',
      description: 'leave out the check, the comment, or the labels (repeatable)',
    })(),
    as: Flags.string({
      helpValue: 'LOGIN',
      description:
        "the App's bot that the token is of, as `library-governor[bot]`; in a workflow `github-actions[bot]`, else who the token says",
    }),
    'dry-run': Flags.boolean({ description: 'print what would be sent for a pull request that nothing was sent for yet, as JSON' }),
  };
  static override jsonShape =
    '{ "pullRequest", "head", "verdict", "sent": { "check"?: number, "comment"?: number, "labels"?: number } }, with --dry-run { "requests": [{ "method", "path", "body"? }] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(ReviewPost);
    const { postOutcome } = await import('../review/post-outcome.ts');
    const { report, github, without = [], as, api } = flags;
    return postOutcome({ report, github, without, as, api, isDryRun: flags['dry-run'] }, session);
  }
}
