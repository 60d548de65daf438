import { Failure } from '@moby/model';

/** The longest string that is read from a string table, in bytes (Linux PATH_MAX). */
const maxStringBytes = 4096;
/** Of a file that isn't in memory, blocks of this size are read, and so many are kept. */
const blockBytes = 32_768;
const maxBlocks = 64;

/** Bytes that are fetched where they are asked for: a file of 90 MB gives its facts for 200 KiB of reading. */
export interface ByteSource {
  readonly length: number;
  /** `offset + size` is never over `length`; the answer has `size` bytes. */
  read(offset: number, size: number): Uint8Array;
}

/**
 * A window on an ELF file that knows its class and byte order. Every read outside of the file, every text that isn't
 * UTF-8 or holds a control character, and every number over 2^53 is a `Failure` `bad-archive`.
 */
export interface ElfView {
  readonly path: string;
  readonly is64: boolean;
  readonly littleEndian: boolean;
  readonly length: number;
  u16(offset: number): number;
  u32(offset: number): number;
  /** An address, offset or size: 4 or 8 bytes, after the class. */
  word(offset: number): number;
  /** A text that ends with NUL, at most 4,096 bytes. */
  text(offset: number): string;
  bytes(offset: number, size: number): Uint8Array;
}

/** A program header, as far as facts need it (gABI chapter 5). */
export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
  readonly align: number;
}

/** Whether the bytes begin with ELF's magic number. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** The class and the byte order of `e_ident`, and a window that obeys them. */
export function openElf(content: Uint8Array | ByteSource, path: string): ElfView {
  const source = content instanceof Uint8Array ? sourceOf(content) : content;
  const [, , , , classByte, orderByte] = source.read(0, Math.min(6, source.length));
  if (classByte !== 1 && classByte !== 2) throw malformed(path, `its class is ${classByte ?? 'missing'}, neither 1 nor 2`);
  if (orderByte !== 1 && orderByte !== 2) throw malformed(path, `its byte order is ${orderByte ?? 'missing'}, neither 1 nor 2`);
  return makeElfView({ source, path, is64: classByte === 2, littleEndian: orderByte === 1 });
}

export function sourceOf(bytes: Uint8Array): ByteSource {
  return { length: bytes.length, read: (offset, size) => bytes.subarray(offset, offset + size) };
}

function makeElfView(options: {
  readonly source: ByteSource;
  readonly path: string;
  readonly is64: boolean;
  readonly littleEndian: boolean;
}): ElfView {
  const { source, path, is64, littleEndian } = options;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const blocks = openBlocks(source);

  const bytes = (offset: number, size: number): Uint8Array => {
    if (!(offset >= 0 && size >= 0 && offset + size <= source.length)) throw malformed(path, `it ends before byte ${offset + size}`);
    return blocks(offset, size);
  };
  const data = (offset: number, size: number): DataView => {
    const found = bytes(offset, size);
    return new DataView(found.buffer, found.byteOffset, size);
  };
  const u32 = (offset: number): number => data(offset, 4).getUint32(0, littleEndian);
  return {
    path,
    is64,
    littleEndian,
    length: source.length,
    u16: (offset) => data(offset, 2).getUint16(0, littleEndian),
    u32,
    word: (offset) => {
      if (!is64) return u32(offset);
      const value = data(offset, 8).getBigUint64(0, littleEndian);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(path, `the number at byte ${offset} is over 2^53`);
      return Number(value);
    },
    text: (offset) => {
      bytes(offset, 1);
      const found = bytes(offset, Math.min(maxStringBytes, source.length - offset));
      const end = found.indexOf(0);
      if (end < 0) throw malformed(path, `the text at byte ${offset} has no end within ${maxStringBytes} bytes`);
      return decodeText(found.subarray(0, end), { decoder, path, offset });
    },
    bytes,
  };
}

/** Reads within bounds; what is near to what was read before comes from memory. */
function openBlocks(source: ByteSource): (offset: number, size: number) => Uint8Array {
  const blocks = new Map<number, Uint8Array>();
  return (offset, size) => {
    const number = Math.floor(offset / blockBytes);
    const start = number * blockBytes;
    if (offset + size > start + blockBytes) return source.read(offset, size);
    let block = blocks.get(number);
    if (block === undefined) {
      if (blocks.size >= maxBlocks) blocks.clear();
      block = source.read(start, Math.min(blockBytes, source.length - start));
      blocks.set(number, block);
    }
    return block.subarray(offset - start, offset - start + size);
  };
}

function decodeText(
  bytes: Uint8Array,
  context: { readonly decoder: InstanceType<typeof TextDecoder>; readonly path: string; readonly offset: number },
): string {
  let text: string;
  try {
    text = context.decoder.decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw malformed(context.path, `the text at byte ${context.offset} isn't UTF-8`);
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) throw malformed(context.path, `the text at byte ${context.offset} has a control character`);
  return text;
}

export function malformed(path: string, why: string): Failure {
  return new Failure({
    code: 'bad-archive',
    message: `\`${path}\` begins like an ELF file but can't be read as one: ${why}`,
    hints: ['leave it out of what the component keeps, if nothing runs or loads it'],
  });
}
