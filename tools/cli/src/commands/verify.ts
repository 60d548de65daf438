import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { sourceFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class Verify extends MobyCommand {
  static override summary = 'Compare an artifact, a lock or a release with the bytes that are here, and with who vouches for them';
  static override description =
    'Of an artifact every file is read and compared with artifact.json, and where the initrd differs, the component is named whose part does. Of a lock every component is compared with the library, or with what a registry has, and every payload that the store has is read again. Of what came from a registry, also of one release, its signature, the tarball, manifest and facts, and its publisher’s statement are looked at; by which key is said. Keys of registries and owners are believed at their first use and remembered. No payload is downloaded; what is not here, and what nobody has signed, is counted, and never taken for good.';
  static override examples = [
    '<%= config.bin %> verify out/redis-os/linux-amd64',
    '<%= config.bin %> verify redis-os',
    '<%= config.bin %> verify assemblies/redis-os/assembly.lock.json --json',
    { description: 'a release of a registry', command: '<%= config.bin %> verify redis@8.0.2+r1 --registry https://components.example/' },
  ];
  static override args = {
    target: Args.string({
      description:
        "an artifact's folder, an assembly, its lock's file, or a release as NAME@VERSION; by default the assembly of this folder",
    }),
  };
  static override flags = {
    'require-signatures': Flags.boolean({ description: 'what nobody vouches for is wrong' }),
    'trust-key': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'KEYID',
      description: 'a key that took the place of a known one is theirs: remember it (repeatable)',
    }),
    ...sourceFlags,
  };
  static override jsonShape =
    '{ "target", "kind": "artifact" | "lock" | "release", "name", "ok": number, "wrong": number, "absent": number, "unsigned": number, "verified": [{ "what", "verdict": "ok" | "wrong" | "absent" | "unsigned", "digest"?, "key"?, "why"? }] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Verify);
    const target = args.target ?? (await (await import('../assembly-line.ts')).chooseAssembly(flags));
    session.reporter.step({ step: 'verify', note: `reading ${target}` });
    const { verifyOutcome } = await import('../words/verified.ts');
    return verifyOutcome(target, flags, session);
  }
}
