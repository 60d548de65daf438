import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { StorageFolder } from '../storage/storage-folder.ts';
import { packageFolder, readStoredPackage, type StoredPackage } from '../storage/stored-package.ts';

/** An answer's body, ready to be sent. */
export interface Prepared {
  readonly etag: string;
  readonly body: Buffer;
  readonly zipped: Buffer;
}

/**
 * Answers about packages, kept as bytes for as long as the package's document stays the same file: making one of a thousand
 * versions takes a hundred times longer than sending it. Everybody may read everything, so an answer is everybody's.
 */
export interface PreparedAnswers {
  /** Undefined where there is no such package, or `make` finds nothing in it. */
  get(name: string, kind: string, make: (stored: StoredPackage) => object | undefined): Promise<Prepared | undefined>;
}

interface Entry {
  /** Device, inode, size and time of the document: another file is another state. */
  readonly state: string;
  readonly stored: Promise<StoredPackage | undefined>;
  readonly answers: Map<string, Promise<Prepared | undefined>>;
  bytes: number;
}

/** A document in memory takes about so many times its size on disk. */
const parsedFactor = 4;
const zip = promisify(gzip);

export function openPreparedAnswers(storage: StorageFolder, maxBytes: number): PreparedAnswers {
  /** By name; the one that was asked for last is last. */
  const entries = new Map<string, Entry>();
  let heldBytes = 0;
  const drop = (name: string): void => {
    heldBytes -= entries.get(name)?.bytes ?? 0;
    entries.delete(name);
  };
  const grow = (name: string, entry: Entry, bytes: number): void => {
    if (entries.get(name) !== entry) return;
    entry.bytes += bytes;
    heldBytes += bytes;
    for (const oldest of entries.keys()) {
      if (heldBytes <= maxBytes) break;
      drop(oldest);
    }
  };
  const entryOf = (name: string): Entry | undefined => {
    const stats = statSync(join(packageFolder(storage, name), 'package.json'), { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) {
      drop(name);
      return undefined;
    }
    const state = `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
    const known = entries.get(name);
    const entry: Entry = known?.state === state ? known : { state, stored: readStoredPackage(storage, name), answers: new Map(), bytes: 0 };
    entries.delete(name);
    entries.set(name, entry);
    if (entry !== known) {
      heldBytes -= known?.bytes ?? 0;
      grow(name, entry, Number(stats.size) * parsedFactor);
      // What can't be read now may be readable the next time.
      entry.stored.catch(() => entries.get(name) === entry && drop(name));
    }
    return entry;
  };
  return {
    get: async (name, kind, make) => {
      const entry = entryOf(name);
      if (entry === undefined) return undefined;
      const known = entry.answers.get(kind);
      if (known !== undefined) return known;
      const answer = prepare(entry.stored, make);
      entry.answers.set(kind, answer);
      answer.then(
        (prepared) => grow(name, entry, (prepared?.body.length ?? 0) + (prepared?.zipped.length ?? 0)),
        () => entry.answers.delete(kind),
      );
      return answer;
    },
  };
}

async function prepare(
  reading: Promise<StoredPackage | undefined>,
  make: (stored: StoredPackage) => object | undefined,
): Promise<Prepared | undefined> {
  const stored = await reading;
  const value = stored === undefined ? undefined : make(stored);
  if (value === undefined) return undefined;
  const body = Buffer.from(JSON.stringify(value));
  return { etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`, body, zipped: await zip(body) };
}
