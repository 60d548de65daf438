import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import type { StorageFolder } from '../storage/storage-folder.ts';
import { packageFolder, readStoredPackage, type StoredPackage } from '../storage/stored-package.ts';
import { RecentValues } from './recent-values.ts';

/** An answer's body, ready to be sent. */
export interface Prepared {
  readonly etag: string;
  readonly body: Buffer;
  /** Compressed when the first client wants it so. */
  readonly zipped: () => Promise<Buffer>;
}

/**
 * Answers about packages, kept as bytes for as long as the package's document stays the same file: making one of a thousand
 * versions takes a hundred times longer than sending it. Everybody may read everything, so an answer is everybody's.
 */
export interface PreparedAnswers {
  /** Undefined where there is no such package, or `make` finds nothing in it. */
  get(name: string, kind: string, make: (stored: StoredPackage) => object | undefined): Promise<Prepared | undefined>;
}

type Reading = Promise<StoredPackage | undefined>;

interface Answers {
  /** Device, inode, size and time of the document: another file is another state. */
  readonly state: string;
  readonly byKind: Map<string, Promise<Prepared | undefined>>;
}

interface Document {
  readonly state: string;
  readonly reading: Reading;
}

/** A document in memory takes about so many times its size on disk. */
const parsedFactor = 4;
/** Documents take far more room than their answers, and are wanted until these are made: of all room, they have one part in so many. */
const documentsShare = 4;
/** Smaller ones are read again in a fraction of a ms; kept, they would only be moved and looked through by the collector of garbage. */
const keptFromBytes = 256 * 1024;
/** Up to here compressing takes less than the way to another thread and back does when that is busy: some 0.2 ms. */
const zippedHereBytes = 32 * 1024;

export function openPreparedAnswers(storage: StorageFolder, maxBytes: number): PreparedAnswers {
  const documents = new RecentValues<Document>(maxBytes / documentsShare);
  const answers = new RecentValues<Answers>(maxBytes - maxBytes / documentsShare);
  const read = (name: string, { state, sizeBytes }: State): Reading => {
    const known = documents.get(name);
    if (known?.state === state) return known.reading;
    const document: Document = { state, reading: readStoredPackage(storage, name) };
    documents.set(name, document, sizeBytes * parsedFactor);
    const drop = (): void => documents.drop(name, document);
    if (sizeBytes < keptFromBytes) document.reading.finally(drop).catch(() => undefined);
    // What can't be read now may be readable the next time.
    else document.reading.catch(drop);
    return document.reading;
  };
  const answersOf = (name: string, { state }: State): Answers => {
    const known = answers.get(name);
    if (known?.state === state) return known;
    const none: Answers = { state, byKind: new Map() };
    answers.set(name, none, 0);
    return none;
  };
  return {
    get: async (name, kind, make) => {
      const state = stateOf(join(packageFolder(storage, name), 'package.json'));
      if (state === undefined) return undefined;
      const own = answersOf(name, state);
      const known = own.byKind.get(kind);
      if (known !== undefined) return known;
      const grow = (bytes: number): void => answers.grow(name, own, bytes);
      const answer = prepare(read(name, state), make, grow);
      own.byKind.set(kind, answer);
      // What is not there takes no room, however many ask for it.
      answer.then(
        (found) => found === undefined && own.byKind.delete(kind),
        () => own.byKind.delete(kind),
      );
      return answer;
    },
  };
}

interface State {
  readonly state: string;
  readonly sizeBytes: number;
}

/** Undefined where there is no such file. */
function stateOf(path: string): State | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return { state: `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`, sizeBytes: Number(stats.size) };
}

async function prepare(
  reading: Reading,
  make: (stored: StoredPackage) => object | undefined,
  grow: (bytes: number) => void,
): Promise<Prepared | undefined> {
  const stored = await reading;
  const value = stored === undefined ? undefined : make(stored);
  if (value === undefined) return undefined;
  const body = Buffer.from(JSON.stringify(value));
  grow(body.length);
  return { etag: etagOf(body), body, zipped: zippedOnce(body, grow) };
}

export function etagOf(body: Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`;
}

/** Compresses at the first call; what that takes is told. */
function zippedOnce(body: Uint8Array, grow: (bytes: number) => void): () => Promise<Buffer> {
  let zipped: Promise<Buffer> | undefined;
  return () => {
    zipped ??= zip(body).then((bytes) => {
      grow(bytes.length);
      return bytes;
    });
    return zipped;
  };
}

async function zip(body: Uint8Array): Promise<Buffer> {
  return body.length <= zippedHereBytes ? gzipSync(body) : promisify(gzip)(body);
}
