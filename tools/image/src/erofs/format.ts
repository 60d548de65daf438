/*
 * The part of erofs that is used here: flat files, no compression, no extended attributes; every Linux since 5.4 mounts it.
 * Linux fs/erofs/erofs_fs.h, https://erofs.docs.kernel.org (core on-disk format).
 */

export const blockBytes = 4096;
/** The first kibibyte is left for boot sectors. */
export const superblockOffset = 1024;
export const superblockBytes = 128;
/** An inode's number (`nid`) is its offset in slots: the metadata area begins at block 0 here. */
export const slotBytes = 32;
export const compactBytes = 32;
export const extendedBytes = 64;
export const direntBytes = 12;
/** Block addresses have 32 bits, and the highest means none. */
export const maxBlocks = 0xffff_fffe;

const magic = 0xe0f5_e1e2;
/** The checksum is there; times are times of modification. */
const compatible = 0x1 | 0x2;
const blockBits = 12;

export const fileTypes = { file: 0o100000, symlink: 0o120000, directory: 0o040000, character: 0o020000, block: 0o060000 } as const;
/** Linux include/linux/fs_types.h: `FT_*`. */
export const direntTypes = { file: 1, directory: 2, character: 3, block: 4, symlink: 7 } as const;

export type NodeKind = keyof typeof fileTypes;

export interface Superblock {
  readonly rootNid: number;
  readonly inodes: number;
  readonly blocks: number;
  readonly modifiedSeconds: number;
  readonly uuid: Uint8Array;
}

/** Everything but the checksum, which covers what else stands in the block. */
export function writeSuperblock(target: Buffer, { rootNid, inodes, blocks, modifiedSeconds, uuid }: Superblock): void {
  const block = target.subarray(superblockOffset, superblockOffset + superblockBytes);
  block.writeUInt32LE(magic, 0);
  block.writeUInt32LE(compatible, 8);
  block.writeUInt8(blockBits, 12);
  block.writeUInt16LE(rootNid, 14);
  block.writeBigUInt64LE(BigInt(inodes), 16);
  block.writeBigUInt64LE(BigInt(modifiedSeconds), 24);
  block.writeUInt32LE(blocks, 36);
  block.set(uuid, 48);
}

export function writeChecksum(target: Buffer, checksum: number): void {
  target.writeUInt32LE(checksum, superblockOffset + 4);
}

/** How an inode's bytes lie: all in blocks; or the part that fills no block behind the inode. */
export type DataLayout = 'plain' | 'inline';

export interface Inode {
  readonly isExtended: boolean;
  readonly layout: DataLayout;
  /** Type and permission bits. */
  readonly mode: number;
  readonly links: number;
  readonly sizeBytes: number;
  /** The first block of the data, or of a device its number. */
  readonly address: number;
  /** Counts from 1. Only old programs see it. */
  readonly serial: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedSeconds: number;
}

/** 32 bytes, or 64 where a field needs more bits; all others are zero. */
export function writeInode(target: Buffer, offset: number, inode: Inode): void {
  const layout = inode.layout === 'inline' ? 2 : 0;
  target.writeUInt16LE((layout << 1) | (inode.isExtended ? 1 : 0), offset);
  target.writeUInt16LE(inode.mode, offset + 4);
  target.writeUInt32LE(inode.address, offset + 16);
  target.writeUInt32LE(inode.serial, offset + 20);
  if (inode.isExtended) {
    target.writeBigUInt64LE(BigInt(inode.sizeBytes), offset + 8);
    target.writeUInt32LE(inode.uid, offset + 24);
    target.writeUInt32LE(inode.gid, offset + 28);
    target.writeBigUInt64LE(BigInt(inode.modifiedSeconds), offset + 32);
    target.writeUInt32LE(inode.links, offset + 44);
  } else {
    target.writeUInt16LE(inode.links, offset + 6);
    target.writeUInt32LE(inode.sizeBytes, offset + 8);
    target.writeUInt16LE(inode.uid, offset + 24);
    target.writeUInt16LE(inode.gid, offset + 26);
  }
}

const max16 = 0xffff;

/** Whether the fields need the large form. A compact inode's time is the image's. */
export function needsExtended({ links, sizeBytes, uid, gid }: Pick<Inode, 'links' | 'sizeBytes' | 'uid' | 'gid'>): boolean {
  return links > max16 || sizeBytes > 0xffff_ffff || uid > max16 || gid > max16;
}

export const maxMajor = 0xfff;
export const maxMinor = 0xf_ffff;

/** Linux include/linux/kdev_t.h: `new_encode_dev`. */
export function encodeDevice(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

export function blocksOf(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes);
}
