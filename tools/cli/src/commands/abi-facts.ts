import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MobyCommand } from '../moby-command.ts';
import type { Outcome } from '../outcome.ts';

export class AbiFacts extends MobyCommand {
  static override summary = 'Print what the bytes of a file, a folder or a Debian package say';
  static override description =
    'Reads what a component’s facts.json would hold: of ELF files the machine, loader, needed libraries and symbol versions, search path, processor level and dlopen notes; programs, scripts and links; a kernel’s modules. Nothing is run.';
  static override examples = [
    '<%= config.bin %> abi facts /usr/bin/ssh',
    { description: 'a package, with all dynamic symbols, for a tool', command: '<%= config.bin %> abi facts libc6.deb --symbols --json' },
  ];
  static override args = { target: Args.string({ required: true, description: 'a file, a folder, a .deb or a .tar' }) };
  static override flags = { symbols: Flags.boolean({ description: 'the dynamic symbols, too' }) };
  static override jsonShape =
    '{ "facts": 1, "subject", "sha256"?, "platforms": { "<platform>": { "unpackedBytes", "elf", "programs", "scripts"?, "links", "kernel"? } }, "symbols"?: { "<path>": { "imports", "exports", "manyExports"? } } }';
  static override fleetingSteps = true;

  protected override async perform(): Promise<Outcome> {
    const { args, flags } = await this.parse(AbiFacts);
    const [{ readFacts }, { factsOutcome }] = await Promise.all([import('@moby/composer/facts'), import('../words/facts.ts')]);
    return factsOutcome(args.target, await readFacts(args.target), flags.symbols);
  }
}
