/** Boots a machine that never ends, says its process id, and waits to be ended itself (see owner.test.ts). */
import { bootMachine, readArtifact } from '../src/index.ts';

const folder = process.argv[2] ?? '.';
const machine = await bootMachine({ artifact: await readArtifact(folder), folder, cacheFolder: folder, env: process.env });
await machine.waitFor(({ event }) => event === 'start');
process.stdout.write(`${machine.pid}\n`);
await machine.exited;
