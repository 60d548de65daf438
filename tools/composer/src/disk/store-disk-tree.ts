import { planErofsTree, type ErofsEntry } from '@moby/image';
import { shortHexOf, type ContentStore, type Digest, type PayloadEntry } from '@moby/model';
import { sha256Of } from '../fetch/open-payload.ts';
import { rememberDiskTree, type DiskTreeMark } from './disk-tree.ts';

/** Writes a tree's description and its data into the store; the data piece by piece, hashed on its way. */
export async function storeDiskTree(options: {
  readonly store: ContentStore;
  readonly label: string;
  readonly payload: Digest;
  readonly entries: readonly PayloadEntry[];
}): Promise<DiskTreeMark> {
  const { store, label, payload, entries } = options;
  // In the image, which the machine mounts on a folder of its own.
  const placement = { kind: 'tree', prefix: shortHexOf(payload) } as const;
  const { tree, data } = planErofsTree({ entries: entries.map(toEntry), placement });
  const stored = await store.write(data());
  const description = await store.write(Buffer.from(JSON.stringify(tree)));
  const mark = { label, description: description.digest, data: stored };
  await rememberDiskTree(store, payload, mark);
  return mark;
}

function toEntry(entry: PayloadEntry): ErofsEntry {
  if (entry.kind !== 'file') return entry;
  return { kind: 'file', path: entry.path, mode: entry.mode, content: entry.bytes, digest: sha256Of(entry.bytes) };
}
