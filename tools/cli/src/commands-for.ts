import type { Command } from '@oclif/core/command';

/** The commands that are run most often, by the first word of a command line. */
const alone: Readonly<Record<string, () => Promise<Command.Class>>> = {
  assemble: async () => (await import('./commands/assemble.ts')).Assemble,
  check: async () => (await import('./commands/check.ts')).Check,
};

/**
 * The commands that a command line can mean: one alone where it says so, as what is run most often must not wait for the
 * classes of all others; else every one.
 */
export async function commandsFor(argv: readonly string[]): Promise<Readonly<Record<string, Command.Class>>> {
  const name = argv[0] ?? '';
  const load = Object.hasOwn(alone, name) ? alone[name] : undefined;
  return load === undefined ? (await import('./commands.ts')).commands : { [name]: await load() };
}
