import { type Digest, Failure } from '@moby/model';
import { parentMode } from '../placement.ts';
import { refuse } from '../plan.ts';
import { cutDirectory, type Dirent, type DirectoryBlocks, sortDirents } from './directory.ts';
import {
  blockBytes,
  blocksOf,
  compactBytes,
  type DataLayout,
  extendedBytes,
  maxBlocks,
  needsExtended,
  slotBytes,
  superblockBytes,
  superblockOffset,
} from './format.ts';
import type { ErofsNode, ErofsTree } from './plan-tree.ts';

/** A tree and what its data is known by; trees with one `content` share their data. */
export interface ErofsPart {
  readonly tree: ErofsTree;
  /** A digest that stands for the data: of the data itself, or of the payload that it was made of. */
  readonly content: Digest;
}

export interface ErofsOptions {
  /** The time of everything in the image, in seconds since 1970; 0 by default. */
  readonly modifiedSeconds?: number;
}

/** Where everything lies: the superblock, all inodes, the blocks of large directories, then the trees' data one after the other. */
export interface ErofsPlan {
  readonly sizeBytes: number;
  readonly modifiedSeconds: number;
  /** In the order in which they lie; the root first. */
  readonly inodes: readonly PlannedInode[];
  /** Superblock and inodes. */
  readonly inodeBlocks: number;
  /** Those and the blocks of large directories: where the first data begins. */
  readonly metadataBlocks: number;
  readonly contents: readonly PlannedContent[];
}

export interface PlannedContent {
  readonly content: Digest;
  readonly block: number;
  readonly blocks: number;
}

export interface PlannedInode {
  readonly node: ErofsNode;
  readonly kind: ErofsNode['kind'];
  /** Bytes from the image's start: 32 times the number. */
  readonly offset: number;
  readonly nid: number;
  readonly isExtended: boolean;
  readonly layout: DataLayout;
  readonly links: number;
  readonly sizeBytes: number;
  /** Of what lies in blocks; of a device nothing does. */
  readonly address: number;
  /** Of a directory. */
  readonly dirents: readonly Dirent[];
  readonly cut: DirectoryBlocks;
}

const maxInodes = 2_000_000;

/**
 * An image of several trees, each at its own path. Directories may be in several of them; nothing else may. The same parts in any
 * order give the same image. Throws `Failure` `invalid-input` for paths that exclude each other, `limit` over 16 TiB or
 * 2,000,000 entries.
 */
export function planErofs(parts: readonly ErofsPart[], options: ErofsOptions = {}): ErofsPlan {
  const modifiedSeconds = options.modifiedSeconds ?? 0;
  if (!Number.isSafeInteger(modifiedSeconds) || modifiedSeconds < 0)
    throw new Failure({ code: 'invalid-input', message: `the time ${modifiedSeconds} is not a whole number of seconds since 1970` });
  const inodes = connect(mergeTrees(parts));
  const inodeBlocks = placeInodes(inodes);
  const metadataBlocks = placeBlocks(inodes, inodeBlocks);
  const { contents, blocks } = placeContents(parts, metadataBlocks);
  const starts = new Map(contents.map(({ content, block }) => [content, block]));
  for (const inode of inodes)
    if (inode.node.kind === 'file' && inode.node.sizeBytes > 0)
      inode.address = inode.node.block + (inode.content === undefined ? 0 : (starts.get(inode.content) ?? 0));
  if (blocks > maxBlocks) throw new Failure({ code: 'limit', message: `the image has ${blocks} blocks; ${maxBlocks} are allowed` });
  return { sizeBytes: blocks * blockBytes, modifiedSeconds, inodes, inodeBlocks, metadataBlocks, contents };
}

interface MergedNode {
  readonly node: ErofsNode;
  readonly content: Digest | undefined;
}

/** All nodes by path, the root first. A directory that a tree only passes through is that of its owner, where there is one. */
function mergeTrees(parts: readonly ErofsPart[]): readonly MergedNode[] {
  const merged = new Map<string, MergedNode>();
  const all = parts.flatMap(({ tree, content }) => tree.nodes.map((node): MergedNode => ({ node, content })));
  if (all.length > maxInodes) throw new Failure({ code: 'limit', message: `the image has more than ${maxInodes} entries` });
  const passed = ({ node }: MergedNode): boolean => node.kind === 'directory' && !node.own;
  for (const one of [...all.filter((node) => !passed(node)), ...all.filter(passed)]) {
    const { node } = one;
    const known = merged.get(node.path)?.node;
    if (known === undefined) merged.set(node.path, one);
    else if (node.kind !== 'directory' || known.kind !== 'directory') throw refuse(node.path, 'it is there twice');
    else if (node.own === known.own && !isSameDirectory(node, known))
      throw refuse(node.path, 'two trees give it different modes or owners');
  }
  const root: ErofsNode = { kind: 'directory', path: '.', mode: parentMode, uid: 0, gid: 0, own: false };
  const first = merged.get('.') ?? { node: root, content: undefined };
  merged.delete('.');
  return [first, ...[...merged.values()].sort((a, b) => (a.node.path < b.node.path ? -1 : 1))];
}

function isSameDirectory(a: ErofsNode, b: ErofsNode): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

type Draft = { -readonly [Key in keyof PlannedInode]: PlannedInode[Key] } & { readonly content: Digest | undefined };

/** Inodes with their directories' entries, not yet placed. */
function connect(nodes: readonly MergedNode[]): readonly Draft[] {
  const inodes = nodes.map(draft);
  const folders = new Map<string, { readonly inode: Draft; readonly parent: Draft; readonly children: { name: Buffer; inode: Draft }[] }>();
  for (const inode of inodes) {
    const { path } = inode.node;
    const slash = path.lastIndexOf('/');
    const parentPath = slash < 0 ? '.' : path.slice(0, slash);
    const parent = path === '.' ? undefined : folders.get(parentPath);
    if (parent === undefined && path !== '.') throw refuse(path, `\`${parentPath}\` is no directory`);
    parent?.children.push({ name: Buffer.from(path.slice(slash + 1)), inode });
    if (inode.kind === 'directory') folders.set(path, { inode, parent: parent?.inode ?? inode, children: [] });
  }
  for (const { inode, parent, children } of folders.values()) {
    inode.dirents = sortDirents([{ name: Buffer.from('.'), inode }, { name: Buffer.from('..'), inode: parent }, ...children]);
    inode.cut = cutDirectory(inode.dirents);
    inode.sizeBytes = inode.cut.sizeBytes;
    inode.links = 2 + children.filter((child) => child.inode.kind === 'directory').length;
  }
  return inodes;
}

function draft({ node, content }: MergedNode): Draft {
  const sizeBytes = node.kind === 'file' ? node.sizeBytes : node.kind === 'symlink' ? Buffer.byteLength(node.target) : 0;
  return {
    node,
    kind: node.kind,
    content,
    offset: 0,
    nid: 0,
    isExtended: false,
    layout: 'plain',
    links: 1,
    sizeBytes,
    address: 0,
    dirents: [],
    cut: { ends: [], sizeBytes: 0 },
  };
}

/** Gives each inode its place; one and what is inline behind it never stand across a border of blocks. Returns the blocks. */
function placeInodes(inodes: readonly Draft[]): number {
  let end = superblockOffset + superblockBytes;
  for (const inode of inodes) {
    const { node, links, sizeBytes } = inode;
    inode.isExtended = needsExtended({ links, sizeBytes, uid: node.uid, gid: node.gid });
    const headBytes = inode.isExtended ? extendedBytes : compactBytes;
    const tailBytes = node.kind === 'directory' || node.kind === 'symlink' ? sizeBytes % blockBytes : 0;
    inode.layout = tailBytes > 0 && headBytes + tailBytes <= blockBytes ? 'inline' : 'plain';
    const bytes = headBytes + (inode.layout === 'inline' ? tailBytes : 0);
    const start = Math.ceil(end / slotBytes) * slotBytes;
    inode.offset = (start % blockBytes) + bytes <= blockBytes ? start : Math.ceil(start / blockBytes) * blockBytes;
    inode.nid = inode.offset / slotBytes;
    end = inode.offset + bytes;
  }
  return blocksOf(end);
}

/** Gives directories and long links the blocks that they need. Returns the first block behind them. */
function placeBlocks(inodes: readonly Draft[], from: number): number {
  let next = from;
  for (const inode of inodes) {
    if (inode.kind !== 'directory' && inode.kind !== 'symlink') continue;
    const blocks = ownBlocks(inode);
    if (blocks > 0) inode.address = next;
    next += blocks;
  }
  return next;
}

/** The blocks of a directory or link: without its tail, where that is inline. */
export function ownBlocks({ layout, sizeBytes }: Pick<PlannedInode, 'layout' | 'sizeBytes'>): number {
  return layout === 'inline' ? Math.floor(sizeBytes / blockBytes) : blocksOf(sizeBytes);
}

function placeContents(
  parts: readonly ErofsPart[],
  from: number,
): { readonly contents: readonly PlannedContent[]; readonly blocks: number } {
  const lengths = new Map<Digest, number>();
  for (const { tree, content } of parts) {
    const known = lengths.get(content);
    if (known !== undefined && known !== tree.dataBlocks)
      throw new Failure({ code: 'invalid-input', message: `${content} is said to have ${known} and ${tree.dataBlocks} blocks` });
    lengths.set(content, tree.dataBlocks);
  }
  let blocks = from;
  const contents: PlannedContent[] = [];
  for (const [content, length] of [...lengths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    contents.push({ content, block: blocks, blocks: length });
    blocks += length;
  }
  return { contents, blocks };
}
