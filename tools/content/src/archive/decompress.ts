import { gunzip, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import { formatBytes } from '@moby/model';
import { badArchive } from './bad-archive.ts';

/** More than any package's unpacked data that a component takes files of (the largest of Debian's kernels has 0.6 GB). */
export const maxUnpackedBytes: number = 2 ** 31;

/**
 * Whole decompressed bytes, by the ending of `member`: `.xz`, `.zst`, `.gz`, or none. All of them work in the thread
 * pool. `name` is for messages. Throws `bad-archive`.
 */
export async function decompress(bytes: Uint8Array, member: string, name: string): Promise<Uint8Array> {
  try {
    return await decompressBy(bytes, member);
  } catch (error) {
    if (error instanceof RangeError)
      throw badArchive(name, `has a \`${member}\` that unpacks to more than ${formatBytes(maxUnpackedBytes)}`, 'limit');
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown error';
    throw badArchive(name, `has a \`${member}\` that can't be decompressed: ${why}`);
  }
}

async function decompressBy(bytes: Uint8Array, member: string): Promise<Uint8Array> {
  if (member.endsWith('.xz')) {
    const size = xzUnpackedBytes(bytes);
    if (size === undefined) throw new Error('not a whole xz file');
    if (size > maxUnpackedBytes) throw new RangeError('too large');
    const xz = await import('@napi-rs/lzma/xz');
    const unpacked = await xz.decompress(bytes);
    if (unpacked.length !== size) throw new Error(`its index says ${size} bytes, ${unpacked.length} came out`);
    return unpacked;
  }
  if (member.endsWith('.zst')) return await promisify(zstdDecompress)(bytes, { maxOutputLength: maxUnpackedBytes });
  if (member.endsWith('.gz')) return await promisify(gunzip)(bytes, { maxOutputLength: maxUnpackedBytes });
  return bytes;
}

/**
 * The size that an xz file unpacks to, from its index, so that a bomb is refused before it unpacks and a cut file before
 * time is spent on it (xz file format 1.2, sections 2.1.2 and 4). One stream only, as dpkg-deb writes it; undefined
 * where the file isn't one.
 */
export function xzUnpackedBytes(bytes: Uint8Array): number | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const footer = file.length - 12;
  if (footer < 12 || file.readUInt32BE(0) !== 0xfd377a58 || file.toString('latin1', footer + 10) !== 'YZ') return undefined;
  const indexAt = footer - (file.readUInt32LE(footer + 4) + 1) * 4;
  if (indexAt < 12 || file[indexAt] !== 0) return undefined;
  let at = indexAt + 1;
  const next = (): number => {
    let value = 0;
    for (let shift = 1; at < footer; shift *= 128) {
      const byte = file[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  let total = 0;
  for (let records = next(); records > 0; records -= 1) {
    next();
    total += next();
    if (Number.isNaN(total) || at > footer) return undefined;
  }
  return total;
}
