import { mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder for the running test, removed when the test has ended. */
export function scratchFolder(): string {
  const folder = temporaryFolder();
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** An empty folder for several tests; whoever makes it removes it, with `removeFolder` in `afterAll`. */
export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'moby-test-')));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
