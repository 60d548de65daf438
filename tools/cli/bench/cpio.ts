import { zstdDecompressSync } from 'node:zlib';

export interface CpioEntry {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

/** An artifact's initrd, unpacked frame by frame: Node's decompressor ends with the first one. */
export function unpackInitrd(initrd: Buffer, segments: readonly { readonly sizeBytes: number }[]): Buffer {
  const parts: Buffer[] = [];
  let start = 0;
  for (const { sizeBytes } of segments) {
    const end = start + sizeBytes;
    while (start < end && initrd.readUInt32LE(start) === frameMagic) {
      const length = frameLength(initrd.subarray(start, end));
      parts.push(zstdDecompressSync(initrd.subarray(start, start + length)));
      start += length;
    }
    start = end;
  }
  return Buffer.concat(parts);
}

const frameMagic = 0xfd2fb528;

/** The bytes of the frame that begins here (RFC 8878, section 3.1.1). */
function frameLength(bytes: Buffer): number {
  const descriptor = bytes[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (;;) {
    const header = bytes.readUIntLE(at, 3);
    const isRepeat = ((header >> 1) & 3) === 1;
    at += 3 + (isRepeat ? 1 : header >> 3);
    if ((header & 1) === 1) return at + ((descriptor & 4) === 0 ? 0 : 4);
  }
}

/** The entries of concatenated newc archives (kernel documentation, driver-api/early-userspace/buffer-format). */
export function readCpio(bytes: Buffer): readonly CpioEntry[] {
  const entries: CpioEntry[] = [];
  for (let at = 0; at + 110 <= bytes.length;) {
    if (bytes[at] === 0) {
      at += 4;
      continue;
    }
    const field = (index: number): number => Number.parseInt(bytes.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const path = bytes.toString('utf8', at + 110, at + 110 + nameSize - 1);
    const start = padded(at + 110 + nameSize);
    if (path !== 'TRAILER!!!') entries.push({ path, mode, bytes: bytes.subarray(start, start + size) });
    at = padded(start + size);
  }
  return entries;
}

function padded(offset: number): number {
  return (offset + 3) & ~3;
}

/** One newc archive of the entries, in the order given: as `cpio -o -H newc` makes it. */
export function writeCpio(entries: readonly CpioEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const [index, { path, mode, bytes }] of [...entries, { path: 'TRAILER!!!', mode: 0, bytes: Buffer.alloc(0) }].entries()) {
    const name = Buffer.from(`${path}\0`);
    const links = (mode & 0o170000) === 0o040000 ? 2 : 1;
    const fields = [index + 1, mode, 0, 0, links, 0, bytes.length, 0, 0, 0, 0, name.length, 0];
    parts.push(Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`), name);
    parts.push(Buffer.alloc(padded(110 + name.length) - 110 - name.length), bytes, Buffer.alloc(padded(bytes.length) - bytes.length));
  }
  return Buffer.concat(parts);
}
