import { rename, rm, writeFile } from 'node:fs/promises';
import { Failure } from '@moby/model';

/** Writes a text under a temporary name and renames it: a killed process leaves the old file or the new one. */
export async function writeText(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { flush: true });
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new Failure({
      code: codeOf(cause) === 'ENOSPC' ? 'no-space' : 'io',
      message: `\`${file}\` can't be written: ${codeOf(cause)}`,
      cause,
    });
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
}
