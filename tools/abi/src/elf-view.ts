import { Failure } from '@moby/model';

/** The longest string that is read from a string table, in bytes (Linux PATH_MAX). */
const maxStringBytes = 4096;

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
}

/** A program header, as far as facts need it (gABI chapter 5). */
export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
}

/** Whether the bytes begin with ELF's magic number. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** The class and the byte order of `e_ident`, and a window that obeys them. */
export function openElf(bytes: Uint8Array, path: string): ElfView {
  const [classByte, orderByte] = [bytes[4], bytes[5]];
  if (classByte !== 1 && classByte !== 2) throw malformed(path, `its class is ${classByte ?? 'missing'}, neither 1 nor 2`);
  if (orderByte !== 1 && orderByte !== 2) throw malformed(path, `its byte order is ${orderByte ?? 'missing'}, neither 1 nor 2`);
  return makeElfView({ bytes, path, is64: classByte === 2, littleEndian: orderByte === 1 });
}

function makeElfView(options: {
  readonly bytes: Uint8Array;
  readonly path: string;
  readonly is64: boolean;
  readonly littleEndian: boolean;
}): ElfView {
  const { bytes, path, is64, littleEndian } = options;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true });

  const inside = (offset: number, size: number): number => {
    if (!(offset >= 0 && offset + size <= bytes.length)) throw malformed(path, `it ends before byte ${offset + size}`);
    return offset;
  };
  const u32 = (offset: number): number => data.getUint32(inside(offset, 4), littleEndian);
  return {
    path,
    is64,
    littleEndian,
    length: bytes.length,
    u16: (offset) => data.getUint16(inside(offset, 2), littleEndian),
    u32,
    word: (offset) => {
      if (!is64) return u32(offset);
      const value = data.getBigUint64(inside(offset, 8), littleEndian);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(path, `the number at byte ${offset} is over 2^53`);
      return Number(value);
    },
    text: (offset) => {
      inside(offset, 1);
      const window = bytes.subarray(offset, offset + maxStringBytes);
      const end = window.indexOf(0);
      if (end < 0) throw malformed(path, `the text at byte ${offset} has no end within ${maxStringBytes} bytes`);
      return decodeText(window.subarray(0, end), { decoder, path, offset });
    },
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
