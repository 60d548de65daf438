import * as Args from '@oclif/core/args';
import { sourceFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class AbiDiff extends MobyCommand {
  static override summary = 'Say what changed for others between two versions, and the bump that follows';
  static override description =
    'OLD and NEW are each a file (a program, a library, a kernel module), an unpacked folder, a .deb, a payload’s tar, or a component of the library: `openssl@~3.0`, `openssl/3.5`. Told are offers that are gone (major) or new (minor), needs that are new (minor; a patch in a line that takes patches only), and what moved without hurting anybody. Only facts are compared: nothing is run or downloaded.';
  static override examples = [
    '<%= config.bin %> abi diff openssl/3.0 openssl/3.5',
    { description: 'two packages, for a tool', command: '<%= config.bin %> abi diff libfoo1_1.0_amd64.deb libfoo1_1.1_amd64.deb --json' },
    { description: 'what was published against what is in the folder', command: '<%= config.bin %> abi diff redis@7 components/redis/8.0' },
  ];
  static override args = {
    old: Args.string({ required: true, description: 'a file, a folder, or a component' }),
    new: Args.string({ required: true, description: 'what stands in its place' }),
  };
  static override flags = { ...sourceFlags };
  static override jsonShape =
    '{ "old", "new", "breaks": [{ "kind", "name", "file"?, "before"?, "after"?, "symbols"?: string[], "bump", "sentence" }], "adds": [], "changes": [], "unknown": [], "bump": "major|minor|patch|none", "newNeed": "minor|patch" } (schemas/abidiff.v1.schema.json)';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(AbiDiff);
    const [{ diffSides, readSide }, { abiDiffOutcome }, { registryOf }] = await Promise.all([
      import('@moby/composer'),
      import('../words/abi-diff.ts'),
      import('../registry-of.ts'),
    ]);
    const world = { registry: await registryOf(flags, session), currentFolder: process.cwd() };
    const before = await readSide({ named: args.old, ...world });
    const after = await readSide({ named: args.new, ...world });
    return abiDiffOutcome({ before: before.title, after: after.title, diff: diffSides(before, after) });
  }
}
