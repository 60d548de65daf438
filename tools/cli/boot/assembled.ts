import { join } from 'node:path';
import { openLine, storeFolder, type Composed, type Variation } from '@moby/composer';
import { bootMachine, testArtifact, type Machine, type Report, type TestOptions } from '@moby/machine';
import { scratchFolder } from '@moby/testkit';
import { ask } from '../../composer/test/line/quiet-surroundings.ts';
import { countRefreshed, ownSurroundings } from './own-library.ts';

const none: Variation = { with: [], without: [], replace: [] };

/** An assembly of the library, or a file of the testkit's, made with the components of both; its artifact lies in a folder of its own. */
export async function assembled(assembly: string, variation: Partial<Variation> = {}): Promise<Composed> {
  const line = await openLine(ownSurroundings());
  const judged = await line.compose(
    ask(assembly, {
      variation: { ...none, ...variation },
      policy: { locked: false, offline: false },
      out: join(scratchFolder(), 'artifact'),
    }),
  );
  if (!judged.ok)
    throw new Error(judged.findings.map(({ code, message, details }) => [`${code}: ${message}`, ...(details ?? [])].join('\n')).join('\n'));
  await countRefreshed(judged.value.resolution.components.values());
  return judged.value;
}

/** Where unpacked kernels and the accelerator's probe are kept. */
export function machineCache(): string {
  return join(storeFolder(process.env), 'machine');
}

export function testOf({ artifact, folder }: Composed, more: Partial<TestOptions> = {}): Promise<Report> {
  return testArtifact({ artifact, folder, cacheFolder: machineCache(), env: process.env, ...more });
}

export function bootOf({ artifact, folder }: Composed): Promise<Machine> {
  return bootMachine({
    artifact,
    folder,
    cacheFolder: machineCache(),
    env: process.env,
    ports: artifact.ports.map(({ machine }) => ({ host: 0, machine })),
  });
}

/** What redis-os has to do, on whatever kernel and runtime. */
export const redisPassed: readonly string[] = [
  'passed: dhcp is ready',
  'passed: redis is ready',
  'passed: console: service dhcp ready is said',
  'passed: tcp 6379: PING is answered by +PONG',
  'passed: powers off cleanly',
];

/** What a report says, one entry a line: what differs between two runs is left out. */
export function outcomes({ entries }: Report): readonly string[] {
  return entries.map(({ outcome, title }) => `${outcome}: ${title}`);
}

/** What did not pass, with what is known of it: empty where all is well. */
export function shortcomings({ entries, finding }: Report): readonly string[] {
  const failed = entries.filter(({ outcome }) => outcome !== 'passed');
  const told = failed.map(({ outcome, title, problem = '', console = [] }) => [`${outcome}: ${title}`, problem, ...console].join('\n'));
  return finding === undefined ? told : [...told, [finding.message, ...finding.console].join('\n')];
}
