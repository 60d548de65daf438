import * as Flags from '@oclif/core/flags';
import { artifactFlags, assemblyArgument, machineFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';

export class Run extends MobyCommand {
  static override summary = 'Boot an assembly in QEMU';
  static override description =
    'Assembles first where something has changed. The published ports are reachable on 127.0.0.1; what is written to volumes is kept beside the folder of the artifact. Ctrl-C presses the power button, and the machine shuts down cleanly; a second one ends it at once.';
  static override examples = [
    '<%= config.bin %> run redis-os',
    { description: 'at another port of this machine', command: '<%= config.bin %> run redis-os --publish 16379:6379' },
    { description: 'with the serial console', command: '<%= config.bin %> run redis-os --console' },
  ];
  static override args = assemblyArgument;
  static override flags = {
    publish: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'HOST:MACHINE',
      description: 'reach a port of the machine at this port of 127.0.0.1 (repeatable; 0 takes a free one)',
    }),
    console: Flags.boolean({ description: 'show the serial console, on stdout' }),
    ...machineFlags,
    ...artifactFlags,
  };
  static override jsonShape =
    '{ "name", "version", "platform", "folder", "machine": { "qemu", "accelerator", "reason", "cpus", "memoryBytes", "kernel" }, "ports": [{ "host", "machine", "service" }], ' +
    '"events": [{ "kind", "atMs", … }], "exit": { "verdict", "reason", "atMs" }, "consoleLog" }';
  static override fleetingSteps = true;
  /** The guest's services have 30 s of their own to end. */
  static override graceMs = 40_000;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Run);
    const [{ readyMachine, publishedPorts }, { runMachine }] = await Promise.all([
      import('../machine-run.ts'),
      import('../run-machine.ts'),
    ]);
    const ready = await readyMachine(args.assembly, flags, session);
    if (!ready.ok) return refusedBy(ready.findings);
    const { options, assembly } = ready.value;
    const ports = publishedPorts(options.artifact.ports, flags.publish ?? []);
    return runMachine({ options: { ...options, ports }, showConsole: flags.console, session, assembly });
  }
}
