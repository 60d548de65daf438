import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '@moby/model';
import { makeFolder, syncFolder } from './durable-files.ts';
import { fileFailure } from './file-error.ts';

/** One published version. */
export interface Publication {
  readonly name: string;
  readonly version: string;
  /** `sha512-<base64>` of the tarball's bytes. */
  readonly integrity: string;
  /** ISO 8601. */
  readonly at: string;
  /** The user that published it. */
  readonly by: string;
}

/**
 * What was ever published, one JSON document a line. A version that stands here keeps its bytes for ever, whatever happens
 * to the packages' folder. The file only grows: an append is on disk when it resolves, and appends that wait for each
 * other share one write.
 */
export interface Journal {
  /** The integrity that a version was published with; undefined where it never was. */
  integrityOf(name: string, version: string): string | undefined;
  versionsOf(name: string): ReadonlyMap<string, string>;
  /** The user that published the first version under a name; undefined where nobody did, or nobody knows who. */
  publisherOf(name: string): string | undefined;
  names(): Iterable<string>;
  append(publication: Publication): Promise<void>;
  close(): Promise<void>;
  /** Bytes of a line that a crash cut off, and that were taken away when the journal was opened; 0 where it was whole. */
  readonly tornBytes: number;
  readonly size: number;
}

export interface JournalOptions {
  /** Look only: nothing is created, and a torn line stays. */
  readonly readOnly?: boolean;
}

/** Throws `store-corrupt` where a line in the middle can't be read: what was published must never be guessed. */
export async function openJournal(path: string, { readOnly = false }: JournalOptions = {}): Promise<Journal> {
  let file: FileHandle | undefined;
  try {
    await makeFolder(dirname(path));
    file = await open(path, readOnly ? 'r' : 'a+').catch((error: unknown) => {
      if (readOnly && error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    const text = (await file?.readFile('utf8')) ?? '';
    const end = text.lastIndexOf('\n') + 1;
    const tornBytes = Buffer.byteLength(text.slice(end));
    const published = readLines(path, text.slice(0, end));
    if (tornBytes > 0 && !readOnly) {
      await file?.truncate(Buffer.byteLength(text) - tornBytes);
      await file?.sync();
    }
    if (!readOnly) await syncFolder(dirname(path));
    return new FileJournal(path, file, published, tornBytes);
  } catch (error) {
    await file?.close().catch(() => undefined);
    throw fileFailure(path, 'read', error);
  }
}

interface Waiting {
  readonly publication: Publication;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** By name: who was first, and each version's integrity. */
type Published = Map<string, { readonly first: string | undefined; readonly versions: Map<string, string> }>;

class FileJournal implements Journal {
  readonly tornBytes: number;
  readonly #path: string;
  readonly #file: FileHandle | undefined;
  readonly #published: Published;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #broken: unknown;

  constructor(path: string, file: FileHandle | undefined, published: Published, tornBytes: number) {
    this.#path = path;
    this.#file = file;
    this.#published = published;
    this.tornBytes = tornBytes;
  }

  get size(): number {
    let size = 0;
    for (const { versions } of this.#published.values()) size += versions.size;
    return size;
  }

  integrityOf(name: string, version: string): string | undefined {
    return this.#published.get(name)?.versions.get(version);
  }

  versionsOf(name: string): ReadonlyMap<string, string> {
    return this.#published.get(name)?.versions ?? new Map();
  }

  publisherOf(name: string): string | undefined {
    return this.#published.get(name)?.first;
  }

  names(): Iterable<string> {
    return this.#published.keys();
  }

  append(publication: Publication): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ publication, done, failed });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
  }

  /** Never rejects: each waiting append learns its own end. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#writeGroup(group.map(({ publication }) => publication));
        for (const { publication, done } of group) {
          remember(this.#published, publication);
          done();
        }
      } catch (error) {
        for (const { failed } of group) failed(fileFailure(this.#path, 'written', error));
      }
    }
    this.#writing = undefined;
  }

  async #writeGroup(group: readonly Publication[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#file === undefined) throw new TypeError('the journal was opened for reading');
    const { size } = await this.#file.stat();
    try {
      await this.#file.appendFile(group.map((publication) => `${JSON.stringify(publication)}\n`).join(''));
      await this.#file.sync();
    } catch (error) {
      // Half a line must not stand before the next one. Where it can't be taken away, nothing more is written.
      await this.#file.truncate(size).catch((broken: unknown) => (this.#broken = broken));
      throw error;
    }
  }
}

function readLines(path: string, text: string): Published {
  const published: Published = new Map();
  let line = 0;
  for (const entry of text.split('\n')) {
    line += 1;
    if (entry === '') continue;
    const publication = parsePublication(entry);
    if (publication === undefined) throw corrupt(path, line, 'is not an entry of the journal');
    const earlier = published.get(publication.name)?.versions.get(publication.version);
    if (earlier !== undefined && earlier !== publication.integrity) {
      throw corrupt(path, line, `gives \`${publication.name}@${publication.version}\` other bytes than a line before it`);
    }
    remember(published, publication);
  }
  return published;
}

function remember(published: Published, { name, version, integrity, by }: Publication): void {
  const known = published.get(name);
  if (known === undefined) published.set(name, { first: by === '' ? undefined : by, versions: new Map([[version, integrity]]) });
  else known.versions.set(version, integrity);
}

function parsePublication(line: string): Publication | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [name, version, integrity, at, by] = ['name', 'version', 'integrity', 'at', 'by'].map((field) => fields.get(field));
  if (typeof name !== 'string' || typeof version !== 'string' || typeof integrity !== 'string') return undefined;
  return { name, version, integrity, at: typeof at === 'string' ? at : '', by: typeof by === 'string' ? by : '' };
}

function corrupt(path: string, line: number, what: string): Failure {
  return new Failure({
    code: 'store-corrupt',
    message: `line ${line} of \`${path}\` ${what}: what was published is not known for certain`,
    hints: ['put the file back from a backup; without it, published versions are no longer frozen'],
  });
}
