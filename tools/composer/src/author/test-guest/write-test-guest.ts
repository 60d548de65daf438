import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeText } from '../write-text.ts';
import type { TestGuest } from './plan-test-guest.ts';

/** An assembly's folder, made anew: what another test has left there decides nothing. The artifact below it stays, as it is compared by content. */
export async function writeTestGuest(folder: string, { files }: TestGuest): Promise<void> {
  await rm(join(folder, 'assembly.lock.json'), { force: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeText(join(folder, path), text);
  }
  await copyFile(fileURLToPath(new URL('../../../data/look.mts', import.meta.url)), join(folder, 'look.mts'));
}
