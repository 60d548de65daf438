export { commandsFor } from './commands-for.ts';
export { main } from './main.ts';
