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
  const { first, dealt } = inTurn(blocks, availableParallelism());
  const begin = (waiting: PlacedBlock[]): BegunBlock | undefined => {
    const placed = waiting.shift();
    if (placed === undefined) return undefined;
    const contents = unpackBlock(placed.block);
    contents.catch(() => undefined); // Awaited in its turn; another block's failure may come first.
    return { ...placed, contents };
  };
  const unpackAll = async (waiting: PlacedBlock[]): Promise<void> => {
    for (let begun = begin(waiting); begun !== undefined;) {
      const { block, to, contents } = begun;
      const ready = await contents;
      // The next one is begun before this one is checked: no thread waits for that.
      begun = begin(waiting);
      unpacked.set(checked(block, ready), to);
      release(ready);
    }
  };
  const rest = [...dealt];
  await Promise.all([
    ...first.map((placed) => unpackAll([placed])),
    ...Array.from({ length: availableParallelism() }, () => unpackAll(rest)),
  ]);
  return unpacked;
}

interface PlacedBlock {
  readonly block: XzBlock;
  /** Where its contents go, in bytes. */
  readonly to: number;
}

interface BegunBlock extends PlacedBlock {
  readonly contents: Promise<Uint8Array>;
}

/**
 * The largest first, and before them, beside them, the smallest that are left over when blocks are dealt out to the processors: no
 * processor is without one at the end.
 */
function inTurn(
  blocks: readonly XzBlock[],
  processors: number,
): { readonly first: readonly PlacedBlock[]; readonly dealt: readonly PlacedBlock[] } {
  let end = 0;
  const placed = blocks.map((block): PlacedBlock => {
    const to = end;
    end += block.unpackedBytes;
    return { block, to };
  });
  const bySize = placed.toSorted((one, other) => other.block.unpackedBytes - one.block.unpackedBytes);
  const rounds = bySize.length - (bySize.length % processors);
  return { first: bySize.slice(rounds), dealt: bySize.slice(0, rounds) };
}

/** Gives the memory of large bytes back at once: a collector that comes late would let many of them pile up. They are empty then. */
function release(bytes: Uint8Array): void {
  if (bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) bytes.buffer.transfer(0);
}
