import type { Command } from '@oclif/core/command';
import { commands } from './commands.ts';

/**
 * The commands that a command line can mean: the one that its first words name, as nothing must wait for the classes of all others; else, as
 * for a topic, for help and for what is mistyped, every one.
 */
export async function commandsFor(argv: readonly string[]): Promise<Readonly<Record<string, Command.Class>>> {
  const named = argv.map((_, at) => argv.slice(0, at + 1).join(':')).findLast((id) => Object.hasOwn(commands, id));
  const ids = named === undefined ? Object.keys(commands) : [named];
  return Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await classOf(id)] as const)));
}

async function classOf(id: string): Promise<Command.Class> {
  const load = commands[id];
  if (load === undefined) throw new Error(`there is no command ${id}`);
  return load();
}
