import { crc32 } from 'node:zlib';
import { compressSync, decompress as decompressWhole } from '@napi-rs/lzma/xz';
import { Failure } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { crc64 } from '../src/archive/crc64.ts';
import { decompress } from '../src/archive/decompress.ts';
import { readXzBlocks, xzFileOf } from '../src/archive/xz-blocks.ts';

const parts = ['first '.repeat(40_000), 'second', 'third '.repeat(9_000)].map((text) => Buffer.from(text));
const whole = Buffer.concat(parts);

/** A file of several blocks with checks, as `xz -T2` and dpkg-deb write it: the blocks of files of one, with an index over all of them. */
function manyBlocks(contents: readonly Uint8Array[]): Buffer {
  const flags = Buffer.from([0, 1]); // CRC32
  const records: number[] = [];
  const blocks = contents.map((content) => {
    const file = compressSync(content);
    const [block] = readXzBlocks(file) ?? [];
    if (block === undefined) throw new Error('not a file of one block');
    records.push(...numberBytes(block.unpaddedBytes + 4), ...numberBytes(content.length));
    return Buffer.concat([padded(file.subarray(block.at, block.at + block.unpaddedBytes)), checksumOf(content)]);
  });
  const index = padded(Buffer.from([0, ...numberBytes(contents.length), ...records]));
  const sizeAndFlags = Buffer.alloc(6);
  sizeAndFlags.writeUInt32LE(index.length / 4);
  flags.copy(sizeAndFlags, 4);
  const magic = Buffer.from('fd377a585a00', 'hex');
  return Buffer.concat([
    magic,
    flags,
    checksumOf(flags),
    ...blocks,
    index,
    checksumOf(index),
    checksumOf(sizeAndFlags),
    sizeAndFlags,
    Buffer.from('YZ'),
  ]);
}

function numberBytes(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...numberBytes(Math.floor(value / 128))];
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function checksumOf(bytes: Uint8Array): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(bytes));
  return checksum;
}

describe('an xz file of several blocks', () => {
  test('unpacks to what an ordinary reader makes of it', async () => {
    const file = manyBlocks(parts);
    expect(await decompressWhole(file)).toEqual(whole);
    expect(readXzBlocks(file)?.map(({ unpackedBytes }) => unpackedBytes)).toEqual(parts.map(({ length }) => length));
    expect(await decompress(file, 'data.tar.xz', 'a.deb')).toEqual(whole);
  });

  test('gives each block as a file that an ordinary reader takes', async () => {
    const file = manyBlocks(parts);
    const read = (readXzBlocks(file) ?? []).map((block) => decompressWhole(xzFileOf(file, block)));
    expect(await Promise.all(read)).toEqual(parts);
  });

  test.each([
    ['a byte of a block', 40],
    ['a byte of the last block', -60],
    ['the index', -20],
    ['the footer', -1],
    ['the header', 2],
  ])('is refused where %s is damaged', async (_, at) => {
    const file = manyBlocks(parts);
    const place = at < 0 ? file.length + at : at;
    file[place] = (file[place] ?? 0) ^ 0x55;
    await expect(decompress(file, 'data.tar.xz', 'a.deb')).rejects.toThrow(Failure);
  });

  test('is refused where it ends early, or more comes behind it', async () => {
    const file = manyBlocks(parts);
    await expect(decompress(file.subarray(0, -4), 'data.tar.xz', 'a.deb')).rejects.toThrow('not a whole xz file');
    await expect(decompress(Buffer.concat([file, file]), 'data.tar.xz', 'a.deb')).rejects.toThrow('not a whole xz file');
  });
});

test('a file whose index says less than what its block unpacks to is refused before that is unpacked', async () => {
  const file = Buffer.from(compressSync(Buffer.alloc(64 << 20)));
  const indexAt = file.length - 12 - (file.readUInt32LE(file.length - 8) + 1) * 4;
  const [block] = readXzBlocks(file) ?? [];
  if (block === undefined) throw new Error('not a file of one block');
  // 100 bytes, in as many bytes of the index as the true number has.
  const record = Buffer.from([0, 1, ...numberBytes(block.unpaddedBytes), 0xe4, 0x80, 0x80, 0]);
  record.copy(file, indexAt);
  file.writeUInt32LE(crc32(file.subarray(indexAt, file.length - 16)), file.length - 16);
  expect(readXzBlocks(file)?.[0]?.unpackedBytes).toBe(100);
  await expect(decompress(file, 'data.tar.xz', 'a.deb')).rejects.toThrow("the block at byte 12 isn't what the index says");
});

test('CRC-64 of the catalogue of parametrised CRC algorithms (CRC-64/XZ)', () => {
  expect(crc64(Buffer.from('123456789'))).toEqual(Buffer.from('fa3919dfbbc95d99', 'hex'));
});

test('an xz file of no blocks is empty', async () => {
  expect(await decompress(compressSync(Buffer.alloc(0)), 'data.tar.xz', 'a.deb')).toHaveLength(0);
});
