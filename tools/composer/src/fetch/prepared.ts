import { isDigest, isRecord, shortHexOf, type ContentStore, type Digest, type Manifest } from '@moby/model';
import type { Placement } from '@moby/image';
import type { Compressor } from '../lock/make-lock.ts';

/** One entry of a component's tree as the store remembers it: enough to link it, and to find two components in one path. */
export interface TreeEntryMark {
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'symlink';
  /** The sha256 of a file's bytes, or a link's target. */
  readonly same?: string;
  /** Of a directory: its permission bits. */
  readonly mode?: number;
}

/** A component's tree in the machine. */
export interface TreeInMachine {
  readonly payload: Digest;
  /** `` for the init's base, else `/c/<12 hex>`, or `/d/<12 hex>` on the disk. */
  readonly placement: string;
  readonly entries: readonly TreeEntryMark[];
}

/** One that is ready to be part of an initrd. */
export interface PreparedTree extends TreeInMachine {
  readonly segment: SegmentMark;
}

/** A kernel's image, ready to be copied; its modules are a segment of their own. */
export interface PreparedKernel {
  readonly payload: Digest;
  readonly image: { readonly digest: Digest; readonly sizeBytes: number };
  readonly modules: SegmentMark;
}

/** A compressed cpio in the store. */
export interface SegmentMark {
  readonly label: string;
  /** The digest of the compressed bytes: the blob. */
  readonly blob: Digest;
  readonly sizeBytes: number;
  /** The digest and size of the cpio: its identity, whatever the compressor. */
  readonly cpio: Digest;
  readonly cpioBytes: number;
  /** What its entries take in the guest's tmpfs. */
  readonly memoryBytes: number;
}

/** A copyright file, for the notices of an artifact. */
export interface NoticeMark {
  readonly path: string;
  readonly text: string;
}

/** The layout of what is remembered; another number forgets everything older. */
const layout = 1;

/** The init's tree is the base of the machine; every other tree has a folder of its own. */
export function placementOf(manifest: Manifest, payload: Digest): string {
  return manifest.kind === 'init' ? '' : `/c/${shortHexOf(payload)}`;
}

export function segmentKey(payload: Digest, placement: string, { name, version, level }: Compressor): string {
  return `${layout} ${payload} ${placement === '' ? '/' : placement} ${name} ${version} ${level}`;
}

export function treeKey(payload: Digest): string {
  return `${layout} ${payload}`;
}

export function modulesKey(payload: Digest, paths: readonly string[], { name, version, level }: Compressor): string {
  return `${layout} ${payload} ${name} ${version} ${level} ${paths.join(' ')}`;
}

/** `entries` is their digest. */
export function generatedKey(
  { label, placement, entries }: { readonly label: string; readonly placement: Placement; readonly entries: Digest },
  { name, version, level }: Compressor,
): string {
  return `${layout} ${label} ${JSON.stringify(placement)} ${entries} ${name} ${version} ${level}`;
}

/** What was remembered of a segment, if its blob is still there. */
export async function recallSegment(store: ContentStore, key: string): Promise<SegmentMark | undefined> {
  const value = await store.recall('segments', key);
  return isSegmentMark(value) && (await store.has(value.blob)) ? value : undefined;
}

export async function recallTree(store: ContentStore, payload: Digest): Promise<readonly TreeEntryMark[] | undefined> {
  const value = await store.recall('trees', treeKey(payload));
  return isTree(value) ? value : undefined;
}

export async function recallNotices(store: ContentStore, payload: Digest): Promise<readonly NoticeMark[] | undefined> {
  const value = await store.recall('notices', treeKey(payload));
  return isNotices(value) ? value : undefined;
}

export async function recallKernelImage(store: ContentStore, payload: Digest): Promise<PreparedKernel['image'] | undefined> {
  const value = await store.recall('kernels', treeKey(payload));
  return isImage(value) && (await store.has(value.digest)) ? value : undefined;
}

/*
 * The store's memories are our own writing, and guarded by the store against torn writes; the guards here keep a
 * memory of another layout from being taken for one of ours.
 */

function isSegmentMark(value: unknown): value is SegmentMark {
  return (
    isRecord(value) &&
    typeof value['label'] === 'string' &&
    isDigest(value['blob']) &&
    isDigest(value['cpio']) &&
    typeof value['sizeBytes'] === 'number' &&
    typeof value['cpioBytes'] === 'number' &&
    typeof value['memoryBytes'] === 'number'
  );
}

function isTree(value: unknown): value is readonly TreeEntryMark[] {
  return (
    Array.isArray(value) &&
    value.every((entry: unknown) => isRecord(entry) && typeof entry['path'] === 'string' && typeof entry['kind'] === 'string')
  );
}

function isNotices(value: unknown): value is readonly NoticeMark[] {
  return (
    Array.isArray(value) &&
    value.every((entry: unknown) => isRecord(entry) && typeof entry['path'] === 'string' && typeof entry['text'] === 'string')
  );
}

function isImage(value: unknown): value is PreparedKernel['image'] {
  return isRecord(value) && isDigest(value['digest']) && typeof value['sizeBytes'] === 'number';
}
