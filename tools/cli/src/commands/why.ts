import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { assemblyFlags } from '../flags.ts';
import { MobyCommand, type Session } from '../moby-command.ts';
import { refusedBy, type Outcome } from '../outcome.ts';

export class Why extends MobyCommand {
  static override summary = 'Show what an assembly needs something for';
  static override description =
    'NAME is a component, a capability (`runtime:oci`) or a library (`libssl.so.3`). Every chain from the assembly down to it is shown, with the place that asks for it.';
  static override examples = ['<%= config.bin %> why openssl --in redis-os', '<%= config.bin %> why libssl.so.3 --in redis-os'];
  static override args = { name: Args.string({ required: true, description: 'a component, a capability, or a library' }) };
  static override flags = {
    in: Flags.string({
      helpValue: 'ASSEMBLY',
      description: 'a name below assemblies/, a folder, or a file; by default the one of this folder',
    }),
    ...assemblyFlags,
  };
  static override jsonShape =
    '{ "assembly": string, "name": string, "chains": [[{ "component", "version", "root", "need", "where"?, "place"?, "file"? }]] }';
  static override fleetingSteps = true;

  protected override async perform(session: Session): Promise<Outcome> {
    const { args, flags } = await this.parse(Why);
    const [{ openAssembly }, { whyOutcome }] = await Promise.all([import('../assembly-line.ts'), import('../words/why.ts')]);
    const opened = await openAssembly(flags.in, flags, session);
    if (!opened.ok) return refusedBy(opened.findings);
    const checked = await opened.value.line.check(opened.value.request);
    if (!checked.ok) return refusedBy(checked.findings);
    session.reporter.settle();
    return whyOutcome(checked.value, args.name);
  }
}
