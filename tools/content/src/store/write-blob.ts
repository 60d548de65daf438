import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { StoredBlob, WriteOptions } from '@moby/model';
import { Failure, parseDigest, type Digest } from '@moby/model/basics';
import { writeFailure } from './write-failure.ts';

/** Pieces of one buffer that are hashed and written in turn, so that the hash is fed while the disk works. */
const pieceBytes = 1 << 20;

/**
 * Writes bytes to a new file, synced, and tells the digest that they have; the file is gone where anything fails.
 * Throws `wrong-digest`, `no-space`, `io`, and what the source of the bytes throws.
 */
export async function writeBlob(path: string, bytes: Uint8Array | AsyncIterable<Uint8Array>, options: WriteOptions): Promise<StoredBlob> {
  let sizeBytes = 0;
  const hash = createHash('sha256');
  const known = bytes instanceof Uint8Array ? bytes.length : options.sizeBytes;
  const failed = (error: unknown): Promise<Failure> =>
    writeFailure(error, { path, what: 'a blob', sizeBytes: known ?? sizeBytes, isWhole: known !== undefined });
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o644);
  } catch (error) {
    throw await failed(error);
  }
  try {
    for await (const piece of piecesOf(bytes)) {
      if (options.computed === undefined) hash.update(piece);
      sizeBytes += piece.length;
      await writeAll(file, piece).catch(async (error: unknown) => {
        throw await failed(error);
      });
    }
    const digest = options.computed ?? digestOf(hash.digest('hex'));
    if (options.expected !== undefined && digest !== options.expected) {
      throw new Failure({ code: 'wrong-digest', message: `expected \`${options.expected}\`, got \`${digest}\`` });
    }
    await file.sync().catch(async (error: unknown) => {
      throw await failed(error);
    });
    await file.close();
    return { digest, sizeBytes };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
}

export function digestOf(hex: string): Digest {
  const digest = parseDigest(`sha256:${hex}`);
  if (digest === undefined) throw new TypeError(`not a sha256: ${hex}`);
  return digest;
}

async function* piecesOf(bytes: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (!(bytes instanceof Uint8Array)) {
    yield* bytes;
    return;
  }
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
}
