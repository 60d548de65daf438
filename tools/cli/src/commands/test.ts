import { artifactFlags, assemblyArgument, machineFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';

export class Test extends MobyCommand {
  static override summary = 'Boot an assembly and judge what it is expected to do';
  static override description =
    'Assembles first where something has changed, boots the artifact in QEMU on free ports, waits for its services, judges what stands under `expect:` in order, from the bytes received, by scripts and over reboots, and powers it off. Volumes are blank, and gone afterwards. Exit code 1 when something failed.';
  static override examples = [
    '<%= config.bin %> test redis-os',
    { description: 'does it still work with another runtime?', command: '<%= config.bin %> test redis-os --replace crun=runc' },
    { description: 'the kernel exactly as it is shipped', command: '<%= config.bin %> test redis-os --as-shipped' },
  ];
  static override args = assemblyArgument;
  static override flags = { ...machineFlags, ...artifactFlags };
  static override jsonShape =
    '{ "name", "version", "platform", "machine": { "qemu", "accelerator", "reason", "cpus", "memoryBytes", "kernel" }, ' +
    '"entries": [{ "kind": "service" | "expectation" | "point" | "power-off", "title", "outcome": "passed" | "failed" | "skipped", "ms", "atMs", "problem"?, "console"? }], ' +
    '"passed", "failed", "skipped", "finding"?: { "code", "message", "console" }, "exit": { "verdict", "reason" }, "totalMs", "consoleLog" }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Test);
    const [{ readyMachine }, { testMachine }] = await Promise.all([import('../machine-run.ts'), import('../test-machine.ts')]);
    const ready = await readyMachine(args.assembly, flags, session);
    return ready.ok ? testMachine({ ...ready.value, session }) : refusedBy(ready.findings);
  }
}
