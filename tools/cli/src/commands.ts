import type { Command } from '@oclif/core';

/** What oclif finds: a command's id, with colons between its words, and its class. One command a file in `commands/`. */
export const commands: Readonly<Record<string, Command.Class>> = {};
