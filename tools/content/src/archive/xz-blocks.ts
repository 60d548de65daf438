import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc64 } from './crc64.ts';

/** The check that a stream has of each block's contents (section 2.1.1.2), by its number in the stream's flags; others are reserved. */
const checks: Readonly<Record<number, { readonly bytes: number; readonly of: (bytes: Uint8Array) => Uint8Array }>> = {
  0: { bytes: 0, of: () => new Uint8Array() },
  1: { bytes: 4, of: (bytes) => littleEndian(crc32(bytes)) },
  4: { bytes: 8, of: crc64 },
  10: { bytes: 32, of: (bytes) => createHash('sha256').update(bytes).digest() },
};

/** One block of an xz stream: where it begins, what it takes without its padding, and what it unpacks to, in bytes. */
export interface XzBlock {
  readonly at: number;
  readonly unpaddedBytes: number;
  readonly unpackedBytes: number;
}

const headerBytes = 12;
const footerBytes = 12;

/**
 * The blocks of an xz file, from its index, so that a bomb is refused before it unpacks and a cut file before time is spent
 * on it (xz file format 1.2, sections 2.1, 3 and 4). One stream only, as dpkg-deb writes it; undefined where the file isn't
 * one, or its index isn't whole.
 */
export function readXzBlocks(bytes: Uint8Array): readonly XzBlock[] | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const footer = file.length - footerBytes;
  if (footer < headerBytes || file.readUInt32BE(0) !== 0xfd377a58 || file.toString('latin1', footer + 10) !== 'YZ') return undefined;
  const indexAt = footer - (file.readUInt32LE(footer + 4) + 1) * 4;
  if (indexAt < headerBytes || file[indexAt] !== 0) return undefined;
  if (crc32(file.subarray(indexAt, footer - 4)) !== file.readUInt32LE(footer - 4)) return undefined;
  const blocks = blocksOf(file.subarray(indexAt + 1, footer));
  const last = blocks?.at(-1);
  const end = last === undefined ? headerBytes : last.at + padded(last.unpaddedBytes);
  return end === indexAt ? blocks : undefined;
}

/** The records of an index, behind its first byte: how many, then both sizes of each. */
function blocksOf(index: Uint8Array): readonly XzBlock[] | undefined {
  let next = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; next < index.length; scale *= 128) {
      const byte = index[next++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  const blocks: XzBlock[] = [];
  let at = headerBytes;
  for (let records = number(); records > 0; records -= 1) {
    const block = { at, unpaddedBytes: number(), unpackedBytes: number() };
    at += padded(block.unpaddedBytes);
    if (!Number.isSafeInteger(at) || !Number.isSafeInteger(block.unpackedBytes)) return undefined;
    blocks.push(block);
  }
  return blocks;
}

/**
 * What a block unpacks to, in bytes, by the headers of its chunks, each of at most 2 MiB (LZMA2, as xz-embedded describes it):
 * the index may say less, and a decoder goes by these. Undefined where the block has another filter than LZMA2, or isn't whole.
 */
export function chunkBytes(file: Uint8Array, { at, unpaddedBytes }: XzBlock): number | undefined {
  const check = checks[checkOf(file)];
  const header = file.subarray(at, at + ((file[at] ?? 0) + 1) * 4);
  if (check === undefined || !isLzma2Alone(header)) return undefined;
  const chunks = file.subarray(at + header.length, at + unpaddedBytes - check.bytes);
  let total = 0;
  for (let next = 0; ;) {
    const control = chunks[next];
    if (control === 0) return next === chunks.length - 1 ? total : undefined;
    if (control === undefined || (control > 2 && control < 0x80)) return undefined;
    const low = ((chunks[next + 1] ?? 0) << 8) + (chunks[next + 2] ?? 0) + 1;
    if (control < 0x80) {
      total += low;
      next += 3 + low;
      continue;
    }
    total += ((control & 0x1f) << 16) + low;
    next += (control < 0xc0 ? 5 : 6) + ((chunks[next + 3] ?? 0) << 8) + (chunks[next + 4] ?? 0) + 1;
  }
}

/** One filter, without sizes that would have to agree with the index's, or with them. */
function isLzma2Alone(header: Uint8Array): boolean {
  const flags = header[1] ?? 0xff;
  if ((flags & 0x3f) !== 0) return false;
  let at = 2;
  for (const given of [0x40, 0x80]) {
    if ((flags & given) === 0) continue;
    while ((header[at] ?? 0) >= 0x80) at += 1;
    at += 1;
  }
  return header[at] === 0x21 && header[at + 1] === 1;
}

/** Whether a block's contents are what the block's own check says: the decoder doesn't look at it. */
export function agreesWithCheck(file: Uint8Array, { at, unpaddedBytes }: XzBlock, contents: Uint8Array): boolean {
  const check = checks[checkOf(file)];
  if (check === undefined) return false;
  // The padding lies before the check (section 3).
  const end = at + padded(unpaddedBytes);
  return Buffer.compare(file.subarray(end - check.bytes, end), check.of(contents)) === 0;
}

function checkOf(file: Uint8Array): number {
  return (file[7] ?? 0xff) & 0xff;
}

function littleEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A block as an xz file of its own, so that several can be unpacked at the same time. */
export function xzFileOf(bytes: Uint8Array, { at, unpaddedBytes, unpackedBytes }: XzBlock): Uint8Array {
  const flags = bytes.subarray(6, 8);
  const records = Buffer.from([0, 1, ...numberBytes(unpaddedBytes), ...numberBytes(unpackedBytes)]);
  const index = Buffer.alloc(padded(records.length) + 4);
  records.copy(index);
  index.writeUInt32LE(crc32(index.subarray(0, -4)), index.length - 4);
  const footer = Buffer.alloc(footerBytes);
  footer.writeUInt32LE(index.length / 4 - 1, 4);
  footer.set(flags, 8);
  footer.writeUInt32LE(crc32(footer.subarray(4, 10)), 0);
  footer.write('YZ', 10, 'latin1');
  return Buffer.concat([bytes.subarray(0, headerBytes), bytes.subarray(at, at + padded(unpaddedBytes)), index, footer]);
}

/** Seven bits a byte, the lowest first; all but the last have the eighth bit (section 1.2). */
function numberBytes(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...numberBytes(Math.floor(value / 128))];
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}
