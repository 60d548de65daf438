import * as Flags from '@oclif/core/flags';
import { networkFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class ReviewSweep extends MobyCommand {
  static override summary = 'Look through a library for what is due, and write each change as a commit on a branch of its own';
  static override description =
    'Finds components that nobody answers for, waivers that are over, and pins that have vanished from their archive or have a newer package there. A change is a branch: `sweep/update-NAME-LINE`, `sweep/group-NAME` for components that the policy lets move together, `sweep/expired-waivers`. Each is judged before its branch is there. Only git’s own data is written: no work tree, no index. A branch that holds somebody else’s commits is left alone.';
  static override examples = [
    '<%= config.bin %> review sweep --dry-run',
    "<%= config.bin %> review sweep --repo library.git --author 'Sweep <sweep@example.com>'",
    '<%= config.bin %> review sweep --branch sweep/update-redis-8.0',
  ];
  static override flags = {
    repo: Flags.string({ helpValue: 'DIR', description: 'the top folder of a clone, or a bare repository; by default this one' }),
    base: Flags.string({ helpValue: 'REV', description: 'what is looked through, and what changes begin at; by default HEAD' }),
    branch: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
      description: 'only what belongs on this branch (repeatable)',
    }),
    'dry-run': Flags.boolean({ description: 'say what is due, and write nothing' }),
    author: Flags.string({
      helpValue: "'NAME <ADDRESS>'",
      description: "who writes and signs off the commits; by default git's user.name and user.email",
    }),
    date: Flags.string({
      helpValue: 'TIME',
      description: 'the time of the commits, and the day by which waivers are over; by default SOURCE_DATE_EPOCH, or now',
    }),
    'debian-mirror': networkFlags['debian-mirror'],
  };
  static override jsonShape =
    '{ "base": { "revision", "commit" }, "day", "orphans": [{ "component", "kind": "nobody" | "unreadable" | "orphaned" | "retire", "why", "days"?, "next" }], "expiredWaivers": [{ "rule", "package", "version"?, "until", "by", "reason" }], "components": [{ "component", "kind": "current" | "newer" | "stuck", "pins"?: [{ "package", "platform", "from", "to", "version" }], "vanished"?: string[] }], "branches": [{ "branch", "action": "planned" | "written" | "updated" | "left" | "refused" | "failed", "subject", "why"?, "commit"?, "files": string[], "review"?: ReviewReport }], "findings": Diagnostic[] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(ReviewSweep);
    const { sweepOutcome } = await import('../sweep/sweep-outcome.ts');
    return sweepOutcome({
      folder: flags.repo ?? '.',
      revision: flags.base ?? 'HEAD',
      branches: flags.branch ?? [],
      isDryRun: flags['dry-run'],
      author: flags.author,
      date: flags.date,
      debianMirror: flags['debian-mirror'],
      session,
    });
  }
}
