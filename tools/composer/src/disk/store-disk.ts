import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { ErofsNode, ErofsPart, ErofsTree } from '@moby/image';
import { Failure, isDigest, isRecord, parseDigest, type ContentStore, type Digest, type StoredBlob } from '@moby/model';
import { lostBlob } from '../build/lost-blob.ts';
import type { PreparedDiskTree } from './disk-tree.ts';

/** The disk of trees. The image itself is nowhere in the store: as an initrd, it is a concatenation of what is. */
export interface DiskMark extends StoredBlob {
  /** The metadata, then the trees' data. */
  readonly blobs: readonly Digest[];
}

const namespace = 'disks';
/** The layout of what is remembered, and of the metadata; another number forgets everything older. */
const layout = 1;

/**
 * The image of the trees, out of what the store has of each; undefined where there are none. Digest and metadata are
 * remembered by the trees, so a warm run neither plans nor hashes. Throws `store-corrupt`, `limit`, `no-space`, `io`.
 */
export async function storeDisk(store: ContentStore, trees: readonly PreparedDiskTree[]): Promise<DiskMark | undefined> {
  if (trees.length === 0) return undefined;
  const key = [layout, ...trees.map(({ disk }) => `${disk.description} ${disk.data.digest}`).sort()].join(' ');
  const known = await store.recall(namespace, key);
  if (isMark(known) && (await hasAll(store, known))) return known;
  const { planErofs, writeErofs } = await import('@moby/image');
  const parts: ErofsPart[] = [];
  for (const { disk } of trees) parts.push({ tree: await readDescription(store, disk.description), content: disk.data.digest });
  const plan = planErofs(parts);
  const image = writeErofs(plan, (content) => readBlob(store, content));
  const metadata = await store.write(piecesOf(image.metadata()));
  const hash = createHash('sha256');
  for await (const chunk of image.chunks()) hash.update(chunk);
  const digest = parseDigest(`sha256:${hash.digest('hex')}`);
  if (digest === undefined) throw new TypeError('sha256 gave no digest');
  const filled = plan.contents.filter(({ blocks }) => blocks > 0);
  const mark: DiskMark = { digest, sizeBytes: image.sizeBytes, blobs: [metadata.digest, ...filled.map(({ content }) => content)] };
  await store.remember(namespace, key, mark);
  return mark;
}

async function hasAll(store: ContentStore, { blobs }: DiskMark): Promise<boolean> {
  for (const blob of blobs) if (!(await store.has(blob))) return false;
  return true;
}

async function readDescription(store: ContentStore, digest: Digest): Promise<ErofsTree> {
  const bytes = await store.read(digest);
  if (bytes === undefined) throw lostBlob(digest);
  const tree: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (isErofsTree(tree)) return tree;
  throw new Failure({
    code: 'store-corrupt',
    message: `${digest} is no description of a tree that is known here`,
    hints: [`remove it, and it is made again: rm ${(await store.pathOf(digest)) ?? ''}`],
  });
}

const pieceBytes = 1 << 18;

/** One buffer, used again for each piece: nobody keeps them. */
async function* readBlob(store: ContentStore, digest: Digest): AsyncGenerator<Uint8Array> {
  const path = await store.verifiedPath(digest);
  if (path === undefined) throw lostBlob(digest);
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafeSlow(pieceBytes);
    for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) yield piece.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

async function* piecesOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/*
 * Memories and descriptions are our own writing; the guards keep those of another layout from being taken for ours.
 */

function isMark(value: unknown): value is DiskMark {
  return (
    isRecord(value) &&
    isDigest(value['digest']) &&
    typeof value['sizeBytes'] === 'number' &&
    Array.isArray(value['blobs']) &&
    value['blobs'].every(isDigest)
  );
}

function isErofsTree(value: unknown): value is ErofsTree {
  return (
    isRecord(value) &&
    value['erofs'] === 1 &&
    typeof value['dataBlocks'] === 'number' &&
    Array.isArray(value['nodes']) &&
    value['nodes'].every(isNode)
  );
}

function isNode(value: unknown): value is ErofsNode {
  if (!isRecord(value) || typeof value['path'] !== 'string') return false;
  if (!['mode', 'uid', 'gid'].every((field) => typeof value[field] === 'number')) return false;
  switch (value['kind']) {
    case 'file':
      return typeof value['sizeBytes'] === 'number' && typeof value['block'] === 'number';
    case 'directory':
      return typeof value['own'] === 'boolean';
    case 'symlink':
      return typeof value['target'] === 'string';
    case 'character':
    case 'block':
      return typeof value['major'] === 'number' && typeof value['minor'] === 'number';
    default:
      return false;
  }
}
