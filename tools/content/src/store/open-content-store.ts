import { createHash } from 'node:crypto';
import { constants, readFileSync, statSync, type BigIntStats } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ContentStore, StoredBlob, StoreVerdict, WriteOptions } from '@moby/model';
import { Failure, hexOf, type Digest } from '@moby/model/basics';
import { listFolder, openTemporaryFiles, type TemporaryFiles } from './temporary-files.ts';
import { openVerifiedMarks, type VerifiedMarks } from './verified-marks.ts';
import { digestOf, writeBlob } from './write-blob.ts';
import { errorCode, writeFailure } from './write-failure.ts';

const readPieceBytes = 1 << 20;
const blobNamePattern = /^[0-9a-f]{64}$/;
const namespacePattern = /^[a-z][a-z0-9-]{0,63}$/;
const maxMemoryBytes = 16 << 20;

/**
 * The content store of one folder: `blobs/sha256/<hex>`, `memory/<namespace>/<sha256 of key>.json`,
 * `verified/<hex>` (see `VerifiedMarks`) and `temporary/`. Nothing is created or read before it is needed; what killed
 * processes left is removed before the first write.
 */
export function openContentStore(folder: string): ContentStore {
  const temporary = openTemporaryFiles(join(folder, 'temporary'));
  return new FolderStore(folder, temporary, openVerifiedMarks(join(folder, 'verified'), temporary));
}

class FolderStore implements ContentStore {
  readonly folder: string;
  readonly #temporary: TemporaryFiles;
  readonly #marks: VerifiedMarks;
  #swept: Promise<void> | undefined;

  constructor(folder: string, temporary: TemporaryFiles, marks: VerifiedMarks) {
    this.folder = folder;
    this.#temporary = temporary;
    this.#marks = marks;
  }

  async has(digest: Digest): Promise<boolean> {
    return statOf(this.#blobPath(digest)) !== undefined;
  }

  async pathOf(digest: Digest): Promise<string | undefined> {
    const path = this.#blobPath(digest);
    return statOf(path) === undefined ? undefined : path;
  }

  async read(digest: Digest): Promise<Uint8Array | undefined> {
    const path = this.#blobPath(digest);
    const before = statOf(path);
    if (before === undefined) return undefined;
    const bytes = await readWhole(path, Number(before.size));
    if (this.#marks.has(hexOf(digest), before)) return bytes;
    const found = digestOf(createHash('sha256').update(bytes).digest('hex'));
    if (found !== digest) throw corrupt(path, digest, found);
    await this.#marks.set(hexOf(digest), before);
    return bytes;
  }

  async verifiedPath(digest: Digest): Promise<string | undefined> {
    const path = this.#blobPath(digest);
    const before = statOf(path);
    if (before === undefined) return undefined;
    if (this.#marks.has(hexOf(digest), before)) return path;
    const found = await hashFile(path);
    if (found !== digest) throw corrupt(path, digest, found);
    await this.#marks.set(hexOf(digest), before);
    return path;
  }

  async copyTo(digest: Digest, path: string): Promise<boolean> {
    const from = await this.verifiedPath(digest);
    if (from === undefined) return false;
    try {
      await rm(path, { force: true });
      await copyFile(from, path, constants.COPYFILE_FICLONE);
    } catch (error) {
      const size = Number(statOf(from)?.size ?? 0n);
      throw await writeFailure(error, { path, what: 'a copy of a blob', sizeBytes: size, isWhole: true });
    }
    return true;
  }

  async write(bytes: Uint8Array | AsyncIterable<Uint8Array>, options: WriteOptions = {}): Promise<StoredBlob> {
    const part = await this.#newPart();
    const blob = await writeBlob(part, bytes, options);
    const path = this.#blobPath(blob.digest);
    const hex = hexOf(blob.digest);
    const existing = statOf(path);
    if (existing !== undefined && this.#marks.has(hex, existing)) {
      await rm(part, { force: true });
      return blob;
    }
    try {
      await mkdir(dirname(path), { recursive: true });
      await rename(part, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(part, { force: true });
      throw await writeFailure(error, { path, what: 'a blob', sizeBytes: blob.sizeBytes, isWhole: true });
    }
    const written = statOf(path);
    if (written !== undefined) await this.#marks.set(hex, written);
    return blob;
  }

  async recall(namespace: string, key: string): Promise<unknown> {
    const path = this.#memoryPath(namespace, key);
    const stats = statOf(path);
    if (stats === undefined || stats.size > maxMemoryBytes) return undefined;
    try {
      const memory: unknown = JSON.parse(readFileSync(path, 'utf8'));
      return isMemory(memory) && memory.key === key ? memory.value : undefined;
    } catch {
      return undefined; // A memory can always be made again: what can't be read was never remembered.
    }
  }

  async remember(namespace: string, key: string, value: unknown): Promise<void> {
    const path = this.#memoryPath(namespace, key);
    const text = `${JSON.stringify({ key, value })}\n`;
    const part = await this.#newPart();
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(part, text);
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw await writeFailure(error, { path, what: 'a memory', sizeBytes: text.length, isWhole: true });
    }
  }

  async verify(onBlob: (blob: StoredBlob) => void = () => undefined): Promise<StoreVerdict> {
    const folder = join(this.folder, 'blobs', 'sha256');
    const corruptPaths: string[] = [];
    let blobs = 0;
    let sizeBytes = 0;
    for (const name of (await listFolder(folder)).sort()) {
      const path = join(folder, name);
      const stats = statOf(path);
      if (stats === undefined) continue;
      if (!blobNamePattern.test(name) || (await hashFile(path)) !== digestOf(name)) {
        corruptPaths.push(path);
        continue;
      }
      blobs += 1;
      sizeBytes += Number(stats.size);
      onBlob({ digest: digestOf(name), sizeBytes: Number(stats.size) });
    }
    return { blobs, sizeBytes, corrupt: corruptPaths, leftovers: await this.#temporary.leftovers() };
  }

  async #newPart(): Promise<string> {
    this.#swept ??= this.#temporary.sweep();
    try {
      await this.#swept;
      return await this.#temporary.next();
    } catch (error) {
      throw await writeFailure(error, { path: this.#temporary.folder, what: 'a folder', sizeBytes: 0, isWhole: true });
    }
  }

  #blobPath(digest: Digest): string {
    return join(this.folder, 'blobs', 'sha256', hexOf(digest));
  }

  #memoryPath(namespace: string, key: string): string {
    if (!namespacePattern.test(namespace)) throw new TypeError(`not a namespace: ${namespace}`);
    return join(this.folder, 'memory', namespace, `${createHash('sha256').update(key).digest('hex')}.json`);
  }
}

/** On this thread, as memories and marks are read: a warm run asks for a hundred, and a thread pool answers each later. */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw new Failure({ code: 'io', message: `\`${path}\` can't be read: ${errorCode(error) ?? 'unknown error'}`, cause: error });
  }
}

/** The file in one piece: `readFile` would take it in many small ones. */
async function readWhole(path: string, sizeBytes: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  const file = await open(path, 'r');
  try {
    let at = 0;
    while (at < sizeBytes) {
      const { bytesRead } = await file.read(bytes, at, sizeBytes - at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  } finally {
    await file.close();
  }
}

async function hashFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(readPieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length);
      if (bytesRead === 0) return digestOf(hash.digest('hex'));
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems refuse to sync a folder; the rename is atomic all the same.
    if (errorCode(error) !== 'EINVAL' && errorCode(error) !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

function corrupt(path: string, expected: Digest, found: Digest): Failure {
  return new Failure({
    code: 'store-corrupt',
    message: `\`${path}\` has other bytes than its name says: expected \`${expected}\`, got \`${found}\``,
    hints: [`remove it, and it is fetched again: rm ${path}`, 'look at all files of the store: moby-compose store verify'],
  });
}

function isMemory(value: unknown): value is { readonly key: string; readonly value: unknown } {
  return typeof value === 'object' && value !== null && 'key' in value && 'value' in value;
}
