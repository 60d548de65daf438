import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '@moby/model';
import { crc32c } from './crc32c.ts';
import { writeDirents } from './directory.ts';
import {
  blockBytes,
  compactBytes,
  encodeDevice,
  extendedBytes,
  fileTypes,
  superblockOffset,
  writeChecksum,
  writeInode,
  writeSuperblock,
} from './format.ts';
import { type ErofsPlan, ownBlocks, type PlannedInode } from './plan-erofs.ts';

export interface ErofsStream {
  /** Of the metadata and the parts' `content`s: two images with one identity have the same bytes. */
  readonly identity: Digest;
  readonly sizeBytes: number;
  /** What stands before the parts' data, in whole blocks: an image is this, and the data of each of the plan's `contents`. */
  metadata(): Iterable<Uint8Array>;
  /** The image in order, in whole blocks. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Gives a part's data from its beginning, in pieces of any length. */
export type OpenContent = (content: Digest) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The bytes of a planned image; data is passed through as `open` gives it. The file system's uuid is made of the
 * identity. Where data has another length than was planned, `chunks` throws a TypeError.
 */
export function writeErofs(plan: ErofsPlan, open: OpenContent): ErofsStream {
  const hash = createHash('sha256');
  for (const chunk of writeMetadata(plan, new Uint8Array(uuidBytes))) hash.update(chunk);
  for (const { content, blocks } of plan.contents) hash.update(`${content} ${blocks}\n`);
  const sum = hash.digest();
  const identity = parseDigest(`sha256:${sum.toString('hex')}`);
  if (identity === undefined) throw new TypeError('sha256 has 64 hex digits');
  const uuid = uuidOf(sum);
  return { identity, sizeBytes: plan.sizeBytes, metadata: () => writeMetadata(plan, uuid), chunks: () => writeChunks(plan, uuid, open) };
}

const uuidBytes = 16;

/** RFC 9562, version 8: bits of one's own. */
function uuidOf(sum: Buffer): Uint8Array {
  const uuid = Buffer.from(sum.subarray(0, uuidBytes));
  uuid.writeUInt8((uuid.readUInt8(6) & 0x0f) | 0x80, 6);
  uuid.writeUInt8((uuid.readUInt8(8) & 0x3f) | 0x80, 8);
  return uuid;
}

async function* writeChunks(plan: ErofsPlan, uuid: Uint8Array, open: OpenContent): AsyncGenerator<Uint8Array> {
  yield* writeMetadata(plan, uuid);
  for (const { content, blocks } of plan.contents) {
    if (blocks === 0) continue;
    let sizeBytes = 0;
    for await (const chunk of open(content)) {
      sizeBytes += chunk.length;
      yield chunk;
    }
    if (sizeBytes !== blocks * blockBytes)
      throw new TypeError(`the data of ${content} has ${sizeBytes} bytes, announced were ${blocks * blockBytes}`);
  }
}

/** A piece of the metadata that is made at a time: whole blocks, which no inode stands across. */
const windowBytes = 256 * blockBytes;

function* writeMetadata(plan: ErofsPlan, uuid: Uint8Array): Generator<Uint8Array> {
  const endBytes = plan.inodeBlocks * blockBytes;
  let start = 0;
  let window = Buffer.alloc(Math.min(windowBytes, endBytes));
  for (const [index, inode] of plan.inodes.entries()) {
    while (inode.offset >= start + window.length) {
      yield finish(plan, uuid, { start, window });
      start += window.length;
      window = Buffer.alloc(Math.min(windowBytes, endBytes - start));
    }
    writeNode(window, inode.offset - start, { inode, serial: index + 1, modifiedSeconds: plan.modifiedSeconds });
  }
  yield finish(plan, uuid, { start, window });
  for (const inode of plan.inodes) if (inode.kind === 'directory' || inode.kind === 'symlink') yield* writeOwnBlocks(inode);
}

/** The first window gets its superblock last: the checksum is that of the whole block behind the boot sectors. */
function finish(plan: ErofsPlan, uuid: Uint8Array, { start, window }: { readonly start: number; readonly window: Buffer }): Buffer {
  if (start > 0) return window;
  writeSuperblock(window, {
    rootNid: plan.inodes[0]?.nid ?? 0,
    inodes: plan.inodes.length,
    blocks: plan.sizeBytes / blockBytes,
    modifiedSeconds: plan.modifiedSeconds,
    uuid,
  });
  writeChecksum(window, crc32c(window.subarray(superblockOffset, blockBytes)));
  return window;
}

function writeNode(
  target: Buffer,
  offset: number,
  { inode, serial, modifiedSeconds }: { readonly inode: PlannedInode; readonly serial: number; readonly modifiedSeconds: number },
): void {
  const { node, isExtended, layout, links, sizeBytes } = inode;
  const { uid, gid } = node;
  const address = node.kind === 'character' || node.kind === 'block' ? encodeDevice(node.major, node.minor) : inode.address;
  const mode = fileTypes[node.kind] | node.mode;
  writeInode(target, offset, { isExtended, layout, mode, links, sizeBytes, address, serial, uid, gid, modifiedSeconds });
  if (layout !== 'inline') return;
  const tail = offset + (isExtended ? extendedBytes : compactBytes);
  if (node.kind === 'symlink') target.write(node.target, tail);
  else writeBlock(target, tail, { inode, block: inode.cut.ends.length - 1 });
}

/** The blocks of a directory or link that lie apart from its inode. */
function* writeOwnBlocks(inode: PlannedInode): Generator<Uint8Array> {
  const blocks = ownBlocks(inode);
  for (let block = 0; block < blocks; block += 1) {
    const bytes = Buffer.alloc(blockBytes);
    if (inode.node.kind === 'symlink') bytes.write(inode.node.target);
    else writeBlock(bytes, 0, { inode, block });
    yield bytes;
  }
}

function writeBlock(target: Buffer, offset: number, { inode, block }: { readonly inode: PlannedInode; readonly block: number }): void {
  const from = block === 0 ? 0 : inode.cut.ends[block - 1];
  writeDirents(target, offset, inode.dirents.slice(from, inode.cut.ends[block]));
}
