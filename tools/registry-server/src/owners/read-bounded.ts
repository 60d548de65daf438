import { open } from 'node:fs/promises';
import { isMissing } from '../storage/file-error.ts';

/** A file of the library as text; undefined where there is none, `too-large` over the bound. */
export async function readBounded(path: string, maxBytes: number): Promise<{ readonly text: string } | 'too-large' | undefined> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return bytesRead > maxBytes ? 'too-large' : { text: buffer.toString('utf8', 0, bytesRead) };
  } finally {
    await file.close();
  }
}
