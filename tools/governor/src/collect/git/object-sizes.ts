import { closeSync, openSync, readSync } from 'node:fs';
import { constants, inflateSync } from 'node:zlib';
import { placesOfObject, type ObjectFolders } from './object-folders.ts';
import type { FindPacked, PackedPlace } from './pack-index.ts';
import { cloneAgain, unreadableRepository } from './unreadable-repository.ts';

export type ObjectType = 'blob' | 'commit' | 'tag' | 'tree';

/** What an object is, known before it is inflated. */
export interface ObjectHead {
  readonly type: ObjectType;
  readonly size: number;
  /** The largest of it and of the objects that it is written as a difference to: so much is in memory while it is read. */
  readonly largestSize: number;
}

/** Undefined where the repository hasn't got it. */
export type HeadOf = (oid: string) => ObjectHead | undefined;

/** git itself writes chains of at most 4095. */
const maxChain = 4096;
/** Of a compressed stream, enough for the first words of what is in it, and too little to become large. */
const headBytes = 256;

/** Types and sizes of objects from the first bytes of each, so that nothing large is inflated in order to learn that it is too large. */
export function openObjectSizes(folders: ObjectFolders, find: FindPacked): HeadOf {
  return (oid) => {
    const place = find(oid);
    if (place !== undefined) return packedHead(oid, place, find);
    for (const path of placesOfObject(folders, oid.slice(0, 2), oid.slice(2))) {
      const loose = readAt(path, 0);
      if (loose !== undefined) return looseHead(oid, loose);
    }
    return undefined;
  };
}

function looseHead(oid: string, bytes: Buffer): ObjectHead {
  const [type, size] = /^(blob|commit|tag|tree) ([0-9]{1,15})\0/.exec(begin(oid, bytes).toString('latin1'))?.slice(1) ?? [];
  if (!isType(type)) throw corrupt(oid);
  return { type, size: Number(size), largestSize: Number(size) };
}

function packedHead(oid: string, first: PackedPlace, find: FindPacked): ObjectHead {
  let place = first;
  let size: number | undefined;
  let largestSize = 0;
  for (let length = 0; length < maxChain; length += 1) {
    const entry = readEntry(oid, place);
    largestSize = Math.max(largestSize, entry.size, ...(entry.made ?? []));
    size ??= entry.made?.[1] ?? entry.size;
    if (entry.type !== undefined) return { type: entry.type, size, largestSize };
    const base =
      entry.base === undefined ? undefined : typeof entry.base === 'string' ? find(entry.base) : { ...place, offset: entry.base };
    if (base === undefined) throw corrupt(oid);
    place = base;
  }
  throw unreadableRepository(`object ${oid} is a chain of more than ${maxChain} differences`, 'git repack -adf');
}

interface PackedEntry {
  /** Missing for a difference. */
  readonly type?: ObjectType;
  readonly size: number;
  /** Of a difference: where its base is (an offset in the pack, or an oid), and the sizes before and after. */
  readonly base?: number | string;
  readonly made?: readonly [number, number];
}

const packedTypes: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const [offsetDelta, oidDelta] = [6, 7];

function readEntry(oid: string, { pack, offset }: PackedPlace): PackedEntry {
  const bytes = readAt(pack, offset);
  if (bytes === undefined) throw corrupt(oid);
  const cursor = { bytes, at: 0, oid };
  const first = nextByte(cursor);
  const kind = (first >> 4) & 7;
  const size = (first & 15) + (first < 128 ? 0 : littleEndian(cursor) * 16);
  const type = packedTypes[kind];
  if (type !== undefined) return { type, size };
  if (kind !== offsetDelta && kind !== oidDelta) throw corrupt(oid);
  const base = kind === offsetDelta ? offset - distance(cursor) : bytes.toString('hex', cursor.at, (cursor.at += 20));
  if (typeof base === 'number' && (base < 12 || base >= offset)) throw corrupt(oid);
  const inner = { bytes: begin(oid, bytes.subarray(cursor.at)), at: 0, oid };
  return { size, base, made: [littleEndian(inner), littleEndian(inner)] };
}

interface Cursor {
  readonly bytes: Buffer;
  readonly oid: string;
  at: number;
}

function nextByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined) throw corrupt(cursor.oid);
  cursor.at += 1;
  return byte;
}

/** Seven bits a byte, the least first. */
function littleEndian(cursor: Cursor): number {
  let value = 0;
  for (let factor = 1; factor < 2 ** 49; factor *= 128) {
    const byte = nextByte(cursor);
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
  throw corrupt(cursor.oid);
}

/** Seven bits a byte, the greatest first, and each but the first one more (gitformat-pack(5)). */
function distance(cursor: Cursor): number {
  let byte = nextByte(cursor);
  let value = byte & 127;
  while (byte >= 128) {
    byte = nextByte(cursor);
    value = (value + 1) * 128 + (byte & 127);
    if (!Number.isSafeInteger(value)) throw corrupt(cursor.oid);
  }
  return value;
}

/** The beginning of a compressed stream, of which only the beginning is there. */
function begin(oid: string, bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw corrupt(oid, cause);
  }
}

/** Some bytes of a file; undefined where it is missing. */
function readAt(path: string, offset: number): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const bytes = Buffer.alloc(headBytes);
    return bytes.subarray(0, readSync(file, bytes, 0, headBytes, offset));
  } finally {
    closeSync(file);
  }
}

function isType(type: string | undefined): type is ObjectType {
  return type === 'blob' || type === 'commit' || type === 'tag' || type === 'tree';
}

function corrupt(oid: string, cause?: unknown): Error {
  return unreadableRepository(`object ${oid} is corrupt`, `git fsck tells more; ${cloneAgain}`, cause);
}
