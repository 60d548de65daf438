import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip, gzipSync } from 'node:zlib';
import type { StorageFolder } from '../storage/storage-folder.ts';
import { packageFolder, readStoredPackage, readStoredPackageNow, type StoredPackage } from '../storage/stored-package.ts';
import { RecentValues } from './recent-values.ts';

/** An answer's body, ready to be sent as it is or compressed. */
export interface Prepared {
  readonly etag: string;
  readonly plain: () => Promise<Buffer>;
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

type Reading = StoredPackage | undefined | Promise<StoredPackage | undefined>;

interface Answers {
  /** Device, inode, size and time of the document: another file is another state. */
  readonly state: string;
  readonly byKind: Map<string, Promise<Prepared | undefined>>;
}

interface Document {
  readonly state: string;
  readonly reading: Promise<StoredPackage | undefined>;
}

/** A document in memory takes about so many times its size on disk. */
const parsedFactor = 4;
/** Documents take far more room than their answers, and are wanted until these are made: of all room, they have one part in so many. */
const documentsShare = 4;
/**
 * Smaller ones are read at once, in a fraction of a ms, and again when another answer is made of them. Waited for, many would be under
 * way together and be moved and looked through by the collector of garbage, and who asked first would not be answered first.
 */
const keptFromBytes = 256 * 1024;
/** Up to here compressing takes less than the way to another thread and back does when that is busy: some 0.2 ms. */
const zippedHereBytes = 32 * 1024;
/** What compresses is left to the collector of garbage, and holds so much until this comes: a packument of some versions, not 16 kB. */
const zippedChunkBytes = 4 * 1024;

export function openPreparedAnswers(storage: StorageFolder, maxBytes: number): PreparedAnswers {
  const documents = new RecentValues<Document>(maxBytes / documentsShare);
  const answers = new RecentValues<Answers>(maxBytes - maxBytes / documentsShare);
  const read = (name: string, { state, sizeBytes }: State): Reading => {
    if (sizeBytes < keptFromBytes) return readStoredPackageNow(storage, name);
    const known = documents.get(name);
    if (known?.state === state) return known.reading;
    const document: Document = { state, reading: readStoredPackage(storage, name) };
    documents.set(name, document, sizeBytes * parsedFactor);
    // What can't be read now may be readable the next time.
    document.reading.catch(() => documents.drop(name, document));
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
      const answer = prepare(() => read(name, state), make, grow);
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
  read: () => Reading,
  make: (stored: StoredPackage) => object | undefined,
  grow: (bytes: number) => void,
): Promise<Prepared | undefined> {
  const stored = await read();
  const value = stored === undefined ? undefined : make(stored);
  if (value === undefined) return undefined;
  const body = Buffer.from(JSON.stringify(value));
  return keptForms(body, grow);
}

export function etagOf(body: Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`;
}

interface Forms {
  plain: Promise<Buffer> | undefined;
  zipped: Promise<Buffer> | undefined;
}

/**
 * A body in the form that is asked for, or in both where both are; what that takes is told. Clients that install want it compressed,
 * a tenth of what it is otherwise, and a thousand that nobody wants are room and work for the collector of garbage.
 */
function keptForms(body: Buffer, grow: (bytes: number) => void): Prepared {
  const kept = (bytes: Buffer): Buffer => {
    grow(bytes.length);
    return bytes;
  };
  const forms: Forms = { plain: Promise.resolve(kept(body)), zipped: undefined };
  const plain = (): Promise<Buffer> => (forms.plain ??= zipped().then(promisify(gunzip)).then(kept));
  const zipped = (): Promise<Buffer> => (forms.zipped ??= plain().then(zip).then(kept).then(dropPlain));
  const dropPlain = async (bytes: Buffer): Promise<Buffer> => {
    grow(-(await plain()).length);
    forms.plain = undefined;
    return bytes;
  };
  return { etag: etagOf(body), plain, zipped };
}

async function zip(body: Uint8Array): Promise<Buffer> {
  const zipped = body.length <= zippedHereBytes ? gzipSync(body, { chunkSize: zippedChunkBytes }) : await promisify(gzip)(body);
  // A copy: what zlib gives back holds a whole chunk, however little is in it.
  return Buffer.from(new Uint8Array(zipped).buffer);
}
