import type { SegmentEntry } from './entry.ts';
import { sizeOf } from './entry.ts';

/** Entries of newc begin at multiples of 4, and so does what follows the name. */
const alignment = 4;
const headerBytes = 110;
const trailerName = 'TRAILER!!!';
const fileTypes = { file: 0o100000, symlink: 0o120000, directory: 0o040000, character: 0o020000, block: 0o060000 } as const;

/** What a header says beside what the entry knows. */
export interface EntryIdentity {
  /** Counts from 1 within a segment. */
  readonly inode: number;
  /** 1, for a directory 2 and one for each directory in it. Linux looks for hard links where it is over 1, for files only. */
  readonly linkCount: number;
}

/** The number of bytes that the entry takes, header, name and padding included: a multiple of 4. */
export function cpioBytes(entry: SegmentEntry): number {
  return aligned(headerBytes + Buffer.byteLength(entry.path) + 1) + aligned(bodyBytes(entry));
}

/**
 * Writes header, name and body at `offset` and gives the offset after them. The buffer must be zero there. newc: Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst. All times are 0.
 */
export async function writeCpioEntry(
  target: Buffer,
  place: { readonly offset: number; readonly entry: SegmentEntry; readonly identity: EntryIdentity },
): Promise<number> {
  const { entry, identity } = place;
  const nameBytes = Buffer.byteLength(entry.path) + 1;
  const [major, minor] = entry.kind === 'character' || entry.kind === 'block' ? [entry.major, entry.minor] : [0, 0];
  const mode = fileTypes[entry.kind] | (entry.kind === 'symlink' ? 0o777 : entry.mode);
  const fields = [
    identity.inode,
    mode,
    entry.uid ?? 0,
    entry.gid ?? 0,
    identity.linkCount,
    0,
    bodyBytes(entry),
    0,
    0,
    major,
    minor,
    nameBytes,
    0,
  ];
  target.write(`070701${fields.map(hex).join('')}${entry.path}`, place.offset);
  const body = place.offset + aligned(headerBytes + nameBytes);
  if (entry.kind === 'symlink') target.write(entry.target, body);
  if (entry.kind === 'file') {
    const content = entry.content instanceof Uint8Array ? entry.content : await entry.content.read();
    if (content.length !== sizeOf(entry.content))
      throw new TypeError(`${entry.path} has ${content.length} bytes, announced were ${sizeOf(entry.content)}`);
    target.set(content, body);
  }
  return body + aligned(bodyBytes(entry));
}

/** The entry that ends an archive: 124 bytes. */
export function cpioTrailer(): Buffer {
  const fields = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, trailerName.length + 1, 0];
  const bytes = Buffer.alloc(aligned(headerBytes + trailerName.length + 1));
  bytes.write(`070701${fields.map(hex).join('')}${trailerName}`);
  return bytes;
}

function bodyBytes(entry: SegmentEntry): number {
  if (entry.kind === 'file') return sizeOf(entry.content);
  return entry.kind === 'symlink' ? Buffer.byteLength(entry.target) : 0;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}

export function aligned(size: number): number {
  return Math.ceil(size / alignment) * alignment;
}
