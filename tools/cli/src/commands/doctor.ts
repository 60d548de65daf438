import { networkFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class Doctor extends MobyCommand {
  static override summary = 'Look at what the program needs of this machine';
  static override description =
    'Node, git, the library, the store and its disk, a Debian mirror, QEMU, and KVM, which is only trusted after it has run a guest. What is missing comes with the command that mends it. Exit code 1 where some command would fail.';
  static override examples = ['<%= config.bin %> doctor', { description: 'for a report', command: '<%= config.bin %> doctor --json' }];
  static override flags = { 'debian-mirror': networkFlags['debian-mirror'] };
  static override jsonShape =
    '{ "ok": boolean, "version": string, "findings": [{ "subject", "status": "ok" | "warning" | "error", "message", "fixes": string[] }] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { flags } = await this.parse(Doctor);
    const { doctorOutcome } = await import('../doctor/doctor-outcome.ts');
    return doctorOutcome({ debianMirror: flags['debian-mirror'], version: this.config.version, session });
  }
}
