import type { Command } from '@oclif/core/command';

/**
 * The commands that a command line can mean: `assemble` alone where it says so, as what is run most often must not wait
 * for the classes of all others; else every one.
 */
export async function commandsFor(argv: readonly string[]): Promise<Readonly<Record<string, Command.Class>>> {
  if (argv[0] === 'assemble') return { assemble: (await import('./commands/assemble.ts')).Assemble };
  return (await import('./commands.ts')).commands;
}
