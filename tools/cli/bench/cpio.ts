import { unpackSegment } from '@moby/image';
import type { ArtifactSegment } from '@moby/model';

export interface CpioEntry {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

/** An artifact's initrd, unpacked. */
export async function unpackInitrd(
  initrd: Buffer,
  segments: readonly Pick<ArtifactSegment, 'sizeBytes' | 'unpackedBytes'>[],
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { sizeBytes, unpackedBytes } of segments) {
    const part = await unpackSegment(initrd.subarray(at, (at += sizeBytes)), unpackedBytes);
    if (part?.length !== unpackedBytes) throw new Error(`the segment before byte ${at} doesn't unpack`);
    parts.push(part);
  }
  return Buffer.concat(parts);
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
