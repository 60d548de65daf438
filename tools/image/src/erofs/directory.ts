import { blockBytes, direntBytes, direntTypes, type NodeKind } from './format.ts';

export interface Dirent {
  /** UTF-8, at most 255 bytes. */
  readonly name: Uint8Array;
  /** What it leads to. */
  readonly inode: { readonly kind: NodeKind; readonly nid: number };
}

/** Which entries stand in which block. */
export interface DirectoryBlocks {
  /** The index behind each block's last entry. */
  readonly ends: readonly number[];
  /** Full blocks, and what of the last one is used. */
  readonly sizeBytes: number;
}

/** Sorted by the bytes of their names, `.` and `..` among them: Linux searches by halving. */
export function sortDirents<Entry extends Pick<Dirent, 'name'>>(entries: readonly Entry[]): readonly Entry[] {
  return [...entries].sort((a, b) => Buffer.compare(a.name, b.name));
}

/** No entry stands across a border of blocks. */
export function cutDirectory(entries: readonly Pick<Dirent, 'name'>[]): DirectoryBlocks {
  const ends: number[] = [];
  let used = 0;
  for (const [index, { name }] of entries.entries()) {
    const bytes = direntBytes + name.length;
    if (used + bytes > blockBytes) {
      ends.push(index);
      used = 0;
    }
    used += bytes;
  }
  return { ends: [...ends, entries.length], sizeBytes: ends.length * blockBytes + used };
}

/** One block's entries, then their names; the rest of the block must be zero. */
export function writeDirents(target: Buffer, offset: number, entries: readonly Dirent[]): void {
  let nameOffset = entries.length * direntBytes;
  for (const [index, { name, inode }] of entries.entries()) {
    const at = offset + index * direntBytes;
    target.writeBigUInt64LE(BigInt(inode.nid), at);
    target.writeUInt16LE(nameOffset, at + 8);
    target.writeUInt8(direntTypes[inode.kind], at + 10);
    target.set(name, offset + nameOffset);
    nameOffset += name.length;
  }
}
