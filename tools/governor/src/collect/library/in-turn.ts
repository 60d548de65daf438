import type { GitObjects } from '../git/read-objects.ts';

/** The same objects for those who ask for many at once: each waits for the one before. */
export function inTurn(objects: GitObjects): GitObjects {
  let last: Promise<unknown> = Promise.resolve();
  return {
    headOf: (oid) => objects.headOf(oid),
    read: (oid, type, maxBytes) => {
      const read = last.then(() => objects.read(oid, type, maxBytes));
      last = read.catch(() => undefined);
      return read;
    },
  };
}
