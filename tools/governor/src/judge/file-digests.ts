import { createHash } from 'node:crypto';

/** sha256 in hex of a package's files, by path: what `PublishedVersion.digests` and `LineContents.digests` hold. */
export function fileDigests(files: ReadonlyMap<string, Uint8Array>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]),
  );
}
