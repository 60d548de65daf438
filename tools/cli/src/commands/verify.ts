import * as Args from '@oclif/core/args';
import { sourceFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class Verify extends MobyCommand {
  static override summary = 'Compare an artifact or a lock with the bytes that are here';
  static override description =
    'Of an artifact every file is read and compared with artifact.json, and where the initrd differs, the component is named whose part does. Of a lock every component is compared with the library, or with what a registry has, and every payload that the store has is read again. No payload is downloaded; what is not here is counted, and never taken for good.';
  static override examples = [
    '<%= config.bin %> verify out/redis-os/linux-amd64',
    '<%= config.bin %> verify redis-os',
    '<%= config.bin %> verify assemblies/redis-os/assembly.lock.json --json',
  ];
  static override args = {
    target: Args.string({ required: true, description: "an artifact's folder, an assembly, or its lock's file" }),
  };
  static override flags = { ...sourceFlags };
  static override jsonShape =
    '{ "target", "kind": "artifact" | "lock", "name", "ok": number, "wrong": number, "absent": number, "verified": [{ "what", "verdict": "ok" | "wrong" | "absent", "digest"?, "why"? }] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Verify);
    session.reporter.step({ step: 'verify', note: `reading ${args.target}` });
    const { verifyOutcome } = await import('../words/verified.ts');
    return verifyOutcome(args.target, flags, session);
  }
}
