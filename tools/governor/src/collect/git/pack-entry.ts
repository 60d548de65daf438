import { constants, inflateSync } from 'node:zlib';
import { corruptObject } from './unreadable-repository.ts';

export type ObjectType = 'blob' | 'commit' | 'tag' | 'tree';

/** An object as it lies in a pack (gitformat-pack(5)): compressed, whole or as a difference to another. */
export interface PackEntry {
  /** Missing for a difference. */
  readonly type?: ObjectType;
  /** Of a difference where its base is: an offset in the same pack, or an oid. */
  readonly base?: number | string;
  /** Bytes that it inflates to: the object, or how it differs. */
  readonly size: number;
  /** The compressed stream, and all that comes behind it. */
  readonly stream: Buffer;
}

/** A place in bytes that are read one by one; `oid` is the object that they are of. */
export interface Cursor {
  readonly bytes: Buffer;
  readonly oid: string;
  at: number;
}

const packedTypes: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const [offsetDelta, oidDelta] = [6, 7];
/** Room that zlib is given at once. */
const maxChunkBytes = 1024 ** 2;
/** Of a compressed stream, enough for the first words of what is in it, and too little to become large. */
export const beginBytes = 256;

/** Throws `unreadable-repository` where there is no entry. `oid`: the object that is asked for. */
export function readPackEntry(oid: string, pack: Buffer, offset: number): PackEntry {
  const cursor = { bytes: pack, at: offset, oid };
  const first = nextByte(cursor);
  const kind = (first >> 4) & 7;
  const size = (first & 15) + (first < 128 ? 0 : littleEndian(cursor) * 16);
  const type = packedTypes[kind];
  if (type !== undefined) return { type, size, stream: pack.subarray(cursor.at) };
  if (kind !== offsetDelta && kind !== oidDelta) throw corruptObject(oid);
  const base = kind === offsetDelta ? offset - distance(cursor) : pack.toString('hex', cursor.at, (cursor.at += 20));
  if (typeof base === 'number' ? base < 12 || base >= offset : base.length < 40) throw corruptObject(oid);
  return { base, size, stream: pack.subarray(cursor.at) };
}

/** A stream's bytes, which must be as many as were said. Stops where they become more. */
export function inflateWhole(oid: string, stream: Buffer, size: number): Buffer {
  let bytes: Buffer;
  try {
    // A byte more than there should be: else zlib, having filled the room, asks for as much again.
    bytes = inflateSync(stream, { chunkSize: Math.min(maxChunkBytes, Math.max(64, size + 1)), maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw corruptObject(oid, cause);
  }
  if (bytes.length !== size) throw corruptObject(oid);
  return bytes;
}

/** The first bytes of what a stream holds. */
export function inflateBegin(oid: string, stream: Buffer): Buffer {
  try {
    return inflateSync(stream.subarray(0, beginBytes), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw corruptObject(oid, cause);
  }
}

export function nextByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined) throw corruptObject(cursor.oid);
  cursor.at += 1;
  return byte;
}

/** Seven bits a byte, the least first. */
export function littleEndian(cursor: Cursor): number {
  let value = 0;
  for (let factor = 1; factor < 2 ** 49; factor *= 128) {
    const byte = nextByte(cursor);
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
  throw corruptObject(cursor.oid);
}

/** Seven bits a byte, the greatest first, and each but the first one more. */
function distance(cursor: Cursor): number {
  let byte = nextByte(cursor);
  let value = byte & 127;
  while (byte >= 128) {
    byte = nextByte(cursor);
    value = (value + 1) * 128 + (byte & 127);
    if (!Number.isSafeInteger(value)) throw corruptObject(cursor.oid);
  }
  return value;
}
