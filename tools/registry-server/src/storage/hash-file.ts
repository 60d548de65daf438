import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

export interface Hashes {
  /** `sha512-<base64>`, as npm says it. */
  readonly integrity: string;
  /** sha1 in hex, which old clients compare. */
  readonly shasum: string;
}

export function hashBytes(bytes: Uint8Array): Hashes {
  return {
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    shasum: createHash('sha1').update(bytes).digest('hex'),
  };
}

export async function hashFile(path: string): Promise<Hashes> {
  const [sha512, sha1] = [createHash('sha512'), createHash('sha1')];
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    if (!(piece instanceof Uint8Array)) throw new TypeError('a file gave something else than bytes');
    sha512.update(piece);
    sha1.update(piece);
  }
  return { integrity: `sha512-${sha512.digest('base64')}`, shasum: sha1.digest('hex') };
}
