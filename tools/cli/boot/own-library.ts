import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Surroundings } from '@moby/composer';
import type { RegistryComponent } from '@moby/model';
import { checkout } from '@moby/testkit';
import { quietSurroundings } from '../../composer/test/line/quiet-surroundings.ts';

/** This repository's library and the testkit's components, with the mirrors, the clock and the store of this machine. */
export function ownSurroundings(): Surroundings {
  return quietSurroundings(checkout, {
    componentFolders: [join(checkout, 'tools/testkit/components')],
    environment: process.env,
    now: () => new Date(),
  });
}

/** The archive moves on, and that is no fault of ours: CI prints how many pins had to be refreshed, one a line of this file. */
export async function countRefreshed(components: Iterable<RegistryComponent>): Promise<void> {
  const lines = [...components].flatMap(({ refreshed = [] }) =>
    refreshed.map(({ package: name, from, to }) => `${name} ${from} -> ${to}\n`),
  );
  if (lines.length === 0) return;
  await mkdir(join(checkout, 'out/ci'), { recursive: true });
  await appendFile(join(checkout, 'out/ci/refreshed.txt'), lines.join(''));
}
