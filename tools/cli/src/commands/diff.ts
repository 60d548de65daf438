import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { assemblyFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class Diff extends MobyCommand {
  static override summary = 'Show what is different between two locks, or between an assembly and its lock';
  static override description =
    'Versions, sizes, privileges, ports and verdicts. With one argument the assembly as it is now, with what the flags try, is compared with its lock, also where that is refused: then it is said why, with exit code 1; with two, two locks: files, or assemblies for the locks beside them. Nothing is written and nothing is downloaded. The size of an artifact is told where one of just these components was made.';
  static override examples = [
    '<%= config.bin %> diff redis-os --replace crun=runc',
    { description: 'what a pull request changes', command: '<%= config.bin %> diff old.lock.json assemblies/redis-os/assembly.lock.json' },
    { description: 'for a script: 1 where anything differs', command: '<%= config.bin %> diff redis-os --exit-code' },
  ];
  static override args = {
    old: Args.string({ description: 'an assembly; with a second argument a lock; by default the assembly of this folder' }),
    new: Args.string({ description: 'the lock that is compared with the first' }),
  };
  static override flags = {
    'exit-code': Flags.boolean({ description: 'exit with 1 where there is a difference' }),
    ...assemblyFlags,
  };
  static override jsonShape =
    '{ "old", "new", "platform", "components": [{ "name", "change": "upgrade|downgrade|new|gone|changed|moved", "before": string[], "after": string[], "roots": string[], "payloadBytes": { "before", "after" }, "capabilities": [{ "name", "before"?, "after"? }] }], "size": { "payload": { "before", "after" }, "artifact": { "before"?, "after"? }, "budgetBytes"? }, "privileges": { "added": string[], "removed": string[] }, "ports": { "added", "removed" }, "verdicts": { "before"?: { "<verdict>": number }, "after"?, "worse": string[], "better": string[] }, "unknown": string[], "assemblyDiffers": boolean, "differs": boolean, "refusals"?: [{ "severity", "code", "message" }] } (schemas/documents/diff.v1.schema.json)';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Diff);
    const { lockDiffOutcome } = await import('../words/lock-diff.ts');
    return lockDiffOutcome({ old: args.old, new: args.new, flags }, session);
  }
}
