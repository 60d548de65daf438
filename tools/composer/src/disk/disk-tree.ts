import { isDigest, isRecord, shortHexOf, type ContentStore, type Digest, type StoredBlob } from '@moby/model';
import type { TreeInMachine } from '../fetch/prepared.ts';
import { guestTrees } from './disk-payloads.ts';

/** A component's tree that is ready to be part of the disk of trees. */
export interface PreparedDiskTree extends TreeInMachine {
  readonly disk: DiskTreeMark;
}

/** A tree in the store, as an erofs image needs it (docs/decisions/0012): two blobs. */
export interface DiskTreeMark {
  /** The component with its version. */
  readonly label: string;
  /** An `ErofsTree` as JSON: names, modes, sizes, and where in the data a file begins. */
  readonly description: Digest;
  /** The files' bytes, each from a block's beginning. */
  readonly data: StoredBlob;
}

const namespace = 'disk-trees';
/** The layout of both blobs and of what is remembered; another number forgets everything older. */
const layout = 1;

export function diskPlacementOf(payload: Digest): string {
  return `${guestTrees.folder}/${shortHexOf(payload)}`;
}

/** Placement and data follow from the payload. */
function keyOf(payload: Digest): string {
  return `${layout} ${payload}`;
}

export async function rememberDiskTree(store: ContentStore, payload: Digest, mark: DiskTreeMark): Promise<void> {
  await store.remember(namespace, keyOf(payload), mark);
}

/** What was remembered of a tree, if both blobs are still there. */
export async function recallDiskTree(store: ContentStore, payload: Digest): Promise<DiskTreeMark | undefined> {
  const mark = await store.recall(namespace, keyOf(payload));
  return isMark(mark) && (await store.has(mark.description)) && (await store.has(mark.data.digest)) ? mark : undefined;
}

function isMark(value: unknown): value is DiskTreeMark {
  return (
    isRecord(value) &&
    typeof value['label'] === 'string' &&
    isDigest(value['description']) &&
    isRecord(value['data']) &&
    isDigest(value['data']['digest']) &&
    typeof value['data']['sizeBytes'] === 'number'
  );
}
