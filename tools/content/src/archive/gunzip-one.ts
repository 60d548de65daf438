import { crc32, inflateRaw } from 'node:zlib';
import { promisify } from 'node:util';
import { formatBytes } from '@moby/model';
import { badArchive } from './bad-archive.ts';

export interface GunzipLimits {
  readonly maxBytes: number;
  /** Unpacked bytes to one packed byte. */
  readonly maxRatio: number;
}

/** Below this size no ratio is looked at: a kilobyte of zeros is nobody's bomb. */
export const ratioFromBytes: number = 1 << 20;

const headerBytes = 10;
const trailerBytes = 8;
const flags = { extra: 4, name: 8, comment: 16, headerSum: 2, reserved: 0xe0 };

/**
 * The bytes of a gzip file of exactly one member with nothing behind it (RFC 1952): a second member is there for some readers
 * only. `name` is for messages. Throws `bad-archive`, and `limit` as soon as it unpacks to more than is allowed.
 */
export async function gunzipOne(bytes: Uint8Array, name: string, limits: GunzipLimits): Promise<Uint8Array> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const begin = bodyBegin(file, name);
  const most = Math.min(limits.maxBytes, Math.max(ratioFromBytes, file.length * limits.maxRatio));
  const { buffer, engine } = await inflate(file.subarray(begin), { most, packed: file.length, name });
  const end = begin + engine.bytesWritten;
  if (file.length < end + trailerBytes) throw badArchive(name, 'is cut off: the sum at the end of its gzip is missing');
  if (file.length > end + trailerBytes) throw badArchive(name, `has ${file.length - end - trailerBytes} bytes behind the end of its gzip`);
  if (file.readUInt32LE(end) !== crc32(buffer) || file.readUInt32LE(end + 4) !== buffer.length)
    throw badArchive(name, 'is damaged: the sum of its gzip is wrong');
  return buffer;
}

interface Inflated {
  readonly buffer: Buffer;
  /** `bytesWritten`: how much of the input was taken. */
  readonly engine: { readonly bytesWritten: number };
}

async function inflate(
  body: Buffer,
  { most, packed, name }: { readonly most: number; readonly packed: number; readonly name: string },
): Promise<Inflated> {
  try {
    const inflated: unknown = await promisify(inflateRaw)(body, { maxOutputLength: most, info: true });
    if (isInflated(inflated)) return inflated;
    throw new TypeError('zlib gave no info');
  } catch (error) {
    if (error instanceof RangeError)
      throw badArchive(name, `has ${formatBytes(packed)} and unpacks to more than ${formatBytes(most)}`, 'limit');
    if (error instanceof TypeError) throw error;
    throw badArchive(name, `can't be decompressed: ${error instanceof Error ? error.message : 'unknown error'}`);
  }
}

function isInflated(value: unknown): value is Inflated {
  return typeof value === 'object' && value !== null && 'buffer' in value && 'engine' in value;
}

/** Where the compressed data begins. */
function bodyBegin(file: Buffer, name: string): number {
  if (file.length < headerBytes + trailerBytes || file.readUInt16BE(0) !== 0x1f8b || file[2] !== 8)
    throw badArchive(name, 'is no gzip file');
  const set = file[3] ?? 0;
  if ((set & flags.reserved) !== 0) throw badArchive(name, 'has unknown flags in its gzip header');
  let at = headerBytes;
  if ((set & flags.extra) !== 0) at += 2 + file.readUInt16LE(at);
  for (const text of [flags.name, flags.comment]) {
    if ((set & text) === 0) continue;
    const end = file.indexOf(0, at);
    if (end < 0) throw badArchive(name, 'is cut off within its gzip header');
    at = end + 1;
  }
  if ((set & flags.headerSum) !== 0) at += 2;
  if (at + trailerBytes > file.length) throw badArchive(name, 'is cut off within its gzip header');
  return at;
}
