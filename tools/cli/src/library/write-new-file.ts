import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '@moby/model';

/** A file of a library. */
export interface LibraryFile {
  /** From the library's top, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly executable?: true;
}

/** Writes a file that isn't there, whole or not at all; tells whether it was written. Throws `io`, `no-space`. */
export async function writeNewFile(folder: string, { path, text, executable }: LibraryFile): Promise<boolean> {
  const file = join(folder, path);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, text, { flush: true, mode: executable === true ? 0o755 : 0o644 });
    // Unlike a rename it never takes the place of what is there.
    await link(temporary, file);
    return true;
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EEXIST') return false;
    throw new Failure({ code: code === 'ENOSPC' ? 'no-space' : 'io', message: `\`${file}\` can't be written: ${code}`, cause });
  } finally {
    await rm(temporary, { force: true });
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
}
