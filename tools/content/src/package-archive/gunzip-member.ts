import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { formatBytes } from '@moby/model';
import type { ArchiveFault, ArchiveFaultKind } from './archive-fault.ts';

export interface GunzipLimits {
  readonly unpackedBytes: number;
  /** Unpacked bytes to a packed one. */
  readonly ratio: number;
}

/** Below this size no ratio is looked at: a kilobyte of zeros is nobody's bomb. */
const ratioFromBytes = 1 << 20;

const headerBytes = 10;
const trailerBytes = 8;
const flags = { headerSum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };

export interface Gunzipped {
  /** Missing where a fault says why. */
  readonly bytes?: Buffer;
  readonly faults: readonly ArchiveFault[];
}

/**
 * The first member of a gzip file (RFC 1952). What stands behind it is a fault: readers differ in whether they go on. Unpacking
 * stops at the limits, however much more there would be.
 */
export async function gunzipMember(file: Buffer, limits: GunzipLimits): Promise<Gunzipped> {
  const begin = bodyBegin(file);
  if (typeof begin === 'string') return faulty('not-gzip', begin);
  const byRatio = Math.max(ratioFromBytes, file.length * limits.ratio);
  const most = Math.min(limits.unpackedBytes, byRatio);
  const inflated = await inflate(file.subarray(begin), most);
  if (inflated.kind === 'too-large') {
    const size = `has ${formatBytes(file.length)} and unpacks to more than ${formatBytes(most)}`;
    return byRatio < limits.unpackedBytes ? faulty('ratio', `${size}, ${limits.ratio} times as much`) : faulty('too-large', size);
  }
  if (inflated.kind === 'damaged') return faulty('gzip-damaged', `can't be unpacked: ${inflated.why}`);
  const { buffer, taken } = inflated;
  const end = begin + taken;
  if (file.length < end + trailerBytes) return faulty('gzip-damaged', 'is cut off: the sum at the end of its gzip is missing');
  if (file.readUInt32LE(end) !== crc32(buffer) || file.readUInt32LE(end + 4) !== buffer.length)
    return faulty('gzip-damaged', 'is damaged: the sum of its gzip is wrong');
  const behind = file.length - end - trailerBytes;
  return {
    bytes: buffer,
    faults: behind === 0 ? [] : [{ kind: 'behind-gzip', message: `has something behind its gzip member (${formatBytes(behind)})` }],
  };
}

function faulty(kind: ArchiveFaultKind, message: string): Gunzipped {
  return { faults: [{ kind, message }] };
}

type Inflated =
  /** `taken`: how much of the input was compressed data. */
  | { readonly kind: 'inflated'; readonly buffer: Buffer; readonly taken: number }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'damaged'; readonly why: string };

async function inflate(body: Buffer, most: number): Promise<Inflated> {
  try {
    const inflated: unknown = await promisify(inflateRaw)(body, { maxOutputLength: most, chunkSize: 1 << 18, info: true });
    if (isWithInfo(inflated)) return { kind: 'inflated', buffer: inflated.buffer, taken: inflated.engine.bytesWritten };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'too-large' };
    if (error instanceof Error && 'code' in error) return { kind: 'damaged', why: error.message };
    throw error;
  }
  throw new TypeError('zlib gave no info');
}

function isWithInfo(value: unknown): value is { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } } {
  return typeof value === 'object' && value !== null && 'buffer' in value && 'engine' in value;
}

/** Where the compressed data begins, or what is wrong. */
function bodyBegin(file: Buffer): number | string {
  if (file.length < headerBytes || file.readUInt16BE(0) !== 0x1f8b || file[2] !== 8) return 'is no gzip file';
  const set = file[3] ?? 0;
  if ((set & flags.reserved) !== 0) return 'has unknown flags in its gzip header';
  let at = headerBytes;
  if ((set & flags.extra) !== 0) at += at + 2 > file.length ? file.length : 2 + file.readUInt16LE(at);
  for (const text of [flags.name, flags.comment]) {
    if ((set & text) === 0) continue;
    const end = file.indexOf(0, at);
    at = end < 0 ? file.length + 1 : end + 1;
  }
  if ((set & flags.headerSum) !== 0) at += 2;
  return at > file.length ? 'is cut off within its gzip header' : at;
}
