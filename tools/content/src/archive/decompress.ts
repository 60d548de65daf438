import { availableParallelism } from 'node:os';
import { gunzip, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import { formatBytes } from '@moby/model';
import { badArchive } from './bad-archive.ts';
import { agreesWithCheck, chunkBytes, readXzBlocks, xzFileOf, type XzBlock } from './xz-blocks.ts';

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
  if (member.endsWith('.xz')) return await unpackXz(bytes);
  if (member.endsWith('.zst')) return await promisify(zstdDecompress)(bytes, { maxOutputLength: maxUnpackedBytes });
  if (member.endsWith('.gz')) return await promisify(gunzip)(bytes, { maxOutputLength: maxUnpackedBytes });
  return bytes;
}

/**
 * Block by block, no more at a time than keep the processors busy, since more would only take memory: what each unpacks to
 * is known before it is unpacked, and what came out is compared with its check.
 */
async function unpackXz(bytes: Uint8Array): Promise<Uint8Array> {
  const blocks = readXzBlocks(bytes);
  if (blocks === undefined) throw new Error('not a whole xz file');
  const size = blocks.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  if (size > maxUnpackedBytes) throw new RangeError('too large');
  const wrong = blocks.find((block) => chunkBytes(bytes, block) !== block.unpackedBytes);
  if (wrong !== undefined) throw new Error(`the block at byte ${wrong.at} isn't what the index says, or not of LZMA2 alone`);
  const { decompress: unpack } = await import('@napi-rs/lzma/xz');
  const unpackBlock = async (block: XzBlock): Promise<Uint8Array> => {
    if (blocks.length === 1) return await unpack(bytes);
    const file = xzFileOf(bytes, block);
    const contents = await unpack(file);
    release(file);
    return contents;
  };
  const checked = (block: XzBlock, contents: Uint8Array): Uint8Array => {
    if (!agreesWithCheck(bytes, block, contents)) throw new Error(`the contents of the block at byte ${block.at} are damaged`);
    return contents;
  };
  const [only] = blocks;
  if (only !== undefined && blocks.length === 1) return checked(only, await unpackBlock(only));
  const unpacked = Buffer.allocUnsafeSlow(size);
  let next = 0;
  let end = 0;
  const begin = (): { readonly block: XzBlock; readonly to: number; readonly contents: Promise<Uint8Array> } | undefined => {
    const block = blocks[next];
    if (block === undefined) return undefined;
    const begun = { block, to: end, contents: unpackBlock(block) };
    begun.contents.catch(() => undefined); // Awaited in its turn; another block's failure may come first.
    next += 1;
    end += block.unpackedBytes;
    return begun;
  };
  const unpackUpTo = async (most: number): Promise<void> => {
    let left = most;
    for (let begun = begin(); begun !== undefined;) {
      const { block, to, contents } = begun;
      const ready = await contents;
      left -= 1;
      // The next one is begun before this one is checked: no thread waits for that.
      begun = left > 0 ? begin() : undefined;
      unpacked.set(checked(block, ready), to);
      release(ready);
    }
  };
  const processors = availableParallelism();
  // What is left over when the blocks are dealt out goes first, so that no processor is without one at the end.
  const spare = Array.from({ length: blocks.length % processors }, () => unpackUpTo(1));
  await Promise.all([...spare, ...Array.from({ length: processors }, () => unpackUpTo(blocks.length))]);
  return unpacked;
}

/** Gives the memory of large bytes back at once: a collector that comes late would let many of them pile up. They are empty then. */
function release(bytes: Uint8Array): void {
  if (bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) bytes.buffer.transfer(0);
}
