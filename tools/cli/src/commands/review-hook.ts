import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

const choices = ['accept', 'refuse'] as const;

export class ReviewHook extends MobyCommand {
  static override summary = 'Judge what is pushed, as a hook of a git repository without a forge';
  static override description =
    'Called by hooks/pre-receive, whose lines it reads from stdin, or by hooks/update with its three words. Each branch is judged against what it is now, by the policy that it has now; a new one against where it left the default branch. Who pushes sees the report; a push with an error, or which nobody could judge, is refused. What a named person must decide comes in with words by default: a plain repository has no approvals, and who may push to it decides by pushing. Tags and deletions are not judged: receive.denyDeletes is for those. The very first branch of a repository has nothing that it could be judged by, and comes in.';
  static override examples = [
    {
      description: 'hooks/pre-receive of a bare repository, executable',
      command: "printf '#!/bin/sh\\nexec <%= config.bin %> review hook\\n' > library.git/hooks/pre-receive",
    },
    { description: 'hooks/update', command: '<%= config.bin %> review hook "$1" "$2" "$3"' },
  ];
  static override args = {
    ref: Args.string({ ignoreStdin: true, description: 'as refs/heads/main' }),
    old: Args.string({ ignoreStdin: true, description: 'its commit now; zeros for none' }),
    new: Args.string({ ignoreStdin: true, description: 'the commit that is pushed; zeros to delete it' }),
  };
  static override flags = {
    repo: Flags.string({ helpValue: 'DIR', description: 'the repository; by default GIT_DIR, which git sets for hooks, or this folder' }),
    'needs-review': Flags.option({
      options: choices,
      default: 'accept' as const,
      helpValue: 'CHOICE',
      description: 'accept or refuse what a named person must decide',
    })(),
  };
  static override jsonShape = '{ "accepted": boolean, "branches": [{ "ref", "accepted": boolean, "report"? }] }';
  static override fleetingSteps = true;

  protected override async perform(_: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(ReviewHook);
    const { hookOutcome } = await import('../review/hook-outcome.ts');
    return hookOutcome({
      repository: flags.repo ?? process.env['GIT_DIR'] ?? '.',
      needsReview: flags['needs-review'],
      words: [args.ref, args.old, args.new].filter((word) => word !== undefined),
      input: process.stdin,
      today: new Date().toISOString().slice(0, 10),
    });
  }
}
