// oclif's door to the commands: the package's own name answers with sources in a checkout, with JavaScript elsewhere.
import { commandsFor } from 'moby-compose';

export const commands = await commandsFor(process.argv.slice(2));
