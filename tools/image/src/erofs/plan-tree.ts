import { type ErofsEntry, type ErofsFile, sizeOf } from '../entry.ts';
import { ownsDirectory, type Placement } from '../placement.ts';
import { planEntries, type PlanLimits, type PlannedEntry, refuse } from '../plan.ts';
import { blockBytes, blocksOf, maxBlocks, maxMajor, maxMinor } from './format.ts';

/**
 * All that an image needs to know of one component's tree, and none of its bytes: JSON of some 100 bytes an entry, which a
 * store can keep by (payload, placement), beside the tree's data by payload.
 */
export interface ErofsTree {
  /** The form of this description and of the data that goes with it. */
  readonly erofs: 1;
  /** By full path, parents included. */
  readonly nodes: readonly ErofsNode[];
  /** The length of the tree's data in blocks of 4096 bytes. */
  readonly dataBlocks: number;
}

export type ErofsNode =
  /** `block` counts within the tree's data; 0 where the file is empty. */
  | (NodeOwner & { readonly kind: 'file'; readonly sizeBytes: number; readonly block: number })
  /** `own`: the tree says what mode it has; else it is only passed through. */
  | (NodeOwner & { readonly kind: 'directory'; readonly own: boolean })
  | (NodeOwner & { readonly kind: 'symlink'; readonly target: string })
  | (NodeOwner & { readonly kind: 'character' | 'block'; readonly major: number; readonly minor: number });

interface NodeOwner {
  readonly path: string;
  /** Permission bits, 0777 for a link. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface PlannedErofsTree {
  readonly tree: ErofsTree;
  /** The files' bytes, each from a block's beginning, zeros behind it: `tree.dataBlocks` blocks. Files are read one by one. */
  data(): AsyncIterable<Uint8Array>;
}

const limits: PlanLimits = {
  noun: 'image',
  maxFileBytes: maxBlocks * blockBytes,
  maxBytes: maxBlocks * blockBytes,
  hints: [],
  isReserved: () => false,
};

/**
 * Lays out a tree's data. The order is that of the paths, so it doesn't hang on the order of the entries, nor on the
 * placement. Throws `Failure` `invalid-input` for what an overlay's lower layer can't have, `limit` over 16 TiB.
 */
export function planErofsTree(options: { readonly entries: Iterable<ErofsEntry>; readonly placement: Placement }): PlannedErofsTree {
  const entries = planEntries<ErofsFile>(options.entries, options.placement, limits);
  const known = new Map<string, number>();
  const stored: ErofsFile[] = [];
  let dataBlocks = 0;
  const place = (file: ErofsFile): number => {
    const sizeBytes = sizeOf(file.content);
    if (sizeBytes === 0) return 0;
    const key = file.digest === undefined ? undefined : `${file.digest} ${sizeBytes}`;
    const same = key === undefined ? undefined : known.get(key);
    if (same !== undefined) return same;
    const block = dataBlocks;
    dataBlocks += blocksOf(sizeBytes);
    stored.push(file);
    if (key !== undefined) known.set(key, block);
    return block;
  };
  const nodes = entries.map((entry) => nodeOf(entry, options.placement, place));
  return { tree: { erofs: 1, nodes, dataBlocks }, data: () => writeData(stored) };
}

function nodeOf(entry: PlannedEntry<ErofsFile>, placement: Placement, place: (file: ErofsFile) => number): ErofsNode {
  const owner = { path: entry.path, uid: entry.uid ?? 0, gid: entry.gid ?? 0 };
  switch (entry.kind) {
    case 'file':
      return { ...owner, kind: 'file', mode: entry.mode, sizeBytes: sizeOf(entry.content), block: place(entry) };
    case 'directory': {
      const own = ownsDirectory(placement, entry.path);
      return { ...owner, kind: 'directory', mode: entry.mode, own };
    }
    case 'symlink':
      if (!entry.target.isWellFormed()) throw refuse(entry.path, 'its target has half a character');
      return { ...owner, kind: 'symlink', mode: 0o777, target: entry.target };
    case 'character':
    case 'block': {
      const { major, minor } = entry;
      const isDevice = Number.isInteger(major) && Number.isInteger(minor) && major >= 0 && minor >= 0;
      if (!isDevice || major > maxMajor || minor > maxMinor)
        throw refuse(entry.path, `its device number is not between 0:0 and ${maxMajor}:${maxMinor}`);
      return { ...owner, kind: entry.kind, mode: entry.mode, major, minor };
    }
  }
}

/** Smaller pieces are gathered to this before they are given on. */
const gatheredBytes = 64 * blockBytes;

async function* writeData(files: readonly ErofsFile[]): AsyncGenerator<Uint8Array> {
  let gathered = Buffer.alloc(gatheredBytes);
  let used = 0;
  for (const file of files) {
    let sizeBytes = 0;
    for await (const chunk of chunksOf(file.content)) {
      sizeBytes += chunk.length;
      if (chunk.length > gathered.length - used) {
        if (used > 0) yield gathered.subarray(0, used);
        if (chunk.length >= gatheredBytes) yield chunk;
        // What was given on belongs to its reader.
        gathered = Buffer.alloc(gatheredBytes);
        used = 0;
        if (chunk.length >= gatheredBytes) continue;
      }
      gathered.set(chunk, used);
      used += chunk.length;
    }
    if (sizeBytes !== sizeOf(file.content))
      throw new TypeError(`${file.path} has ${sizeBytes} bytes, announced were ${sizeOf(file.content)}`);
    const padding = blocksOf(sizeBytes) * blockBytes - sizeBytes;
    if (padding > gathered.length - used) {
      yield gathered.subarray(0, used);
      gathered = Buffer.alloc(gatheredBytes);
      used = 0;
    }
    used += padding;
  }
  if (used > 0) yield gathered.subarray(0, used);
}

async function* chunksOf(content: ErofsFile['content']): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else if ('read' in content) yield await content.read();
  else yield* content.chunks();
}
