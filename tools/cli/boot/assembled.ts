import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openLine, storeFolder, type Composed, type Variation } from '@moby/composer';
import { bootMachine, testArtifact, type Machine, type Report, type TestOptions } from '@moby/machine';
import { checkout, scratchFolder } from '@moby/testkit';

const none: Variation = { with: [], without: [], replace: [] };

/** An assembly of the library, or a file of the testkit's, made with the components of both; its artifact lies in a folder of its own. */
export async function assembled(assembly: string, variation: Partial<Variation> = {}): Promise<Composed> {
  const line = await openLine({
    library: checkout,
    componentFolders: [join(checkout, 'tools/testkit/components')],
    currentFolder: checkout,
    environment: process.env,
    debianMirror: undefined,
    now: () => new Date(),
    progress: { step: () => undefined },
    warn: () => undefined,
    signal: new AbortController().signal,
  });
  const folder = scratchFolder();
  const judged = await line.compose({
    assembly,
    platform: 'linux/amd64',
    variation: { ...none, ...variation },
    policy: { locked: false, offline: false },
    out: join(folder, 'artifact'),
    level: 3,
  });
  if (!judged.ok)
    throw new Error(judged.findings.map(({ code, message, details }) => [`${code}: ${message}`, ...(details ?? [])].join('\n')).join('\n'));
  await countRefreshed(judged.value);
  return judged.value;
}

/** The archive moves on, and that is no fault of ours: CI prints how many pins had to be refreshed, one a line of this file. */
async function countRefreshed({ resolution }: Composed): Promise<void> {
  const refreshed = [...resolution.components.values()].flatMap((component) => component.refreshed ?? []);
  if (refreshed.length === 0) return;
  await mkdir(join(checkout, 'out/ci'), { recursive: true });
  await appendFile(
    join(checkout, 'out/ci/refreshed.txt'),
    refreshed.map(({ package: name, from, to }) => `${name} ${from} -> ${to}\n`).join(''),
  );
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

/** What a report says, one entry a line: what differs between two runs is left out. */
export function outcomes({ entries }: Report): readonly string[] {
  return entries.map(({ outcome, title }) => `${outcome}: ${title}`);
}
