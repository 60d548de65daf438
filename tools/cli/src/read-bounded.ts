import { readFile, stat } from 'node:fs/promises';
import { Failure, unreadable } from '@moby/model';

/** A small text file. Throws `limit` where it is larger than that, `io` and its like where it can't be read. */
export async function readBounded(path: string, maxBytes: number): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new Failure({ code: 'limit', message: `\`${path}\` has ${size} bytes; at most ${maxBytes} are read` });
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw cause instanceof Failure ? cause : unreadable(path, cause);
  }
}
