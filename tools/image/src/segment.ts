import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { type Digest, parseDigest } from '@moby/model';
import { aligned, cpioBytes, cpioTrailer, type EntryIdentity, writeCpioEntry } from './cpio.ts';
import { type SegmentEntry, sizeOf } from './entry.ts';
import type { Placement } from './placement.ts';
import { planEntries, segmentLimits } from './plan.ts';

export type Codec = { readonly kind: 'zstd'; readonly level: number } | { readonly kind: 'none' };

export interface SegmentOptions {
  readonly entries: Iterable<SegmentEntry>;
  readonly placement: Placement;
  readonly codec: Codec;
  /** The raw size that a frame stays under, unless one file alone is larger; 4 MiB by default. */
  readonly frameBytes?: number;
  /** Frames in work at a time; the bytes don't depend on it. 4 by default. */
  readonly lanes?: number;
}

export interface SegmentSummary {
  /** sha256 of the raw cpio: the segment's identity, whatever the codec. */
  readonly digest: Digest;
  readonly rawBytes: number;
  /** What was written: compressed, and padded to 4 bytes. */
  readonly sizeBytes: number;
  readonly entries: number;
  /** What the entries take in a tmpfs: files in pages of 4 KiB, and 1 KiB for each entry's inode and name. */
  readonly memoryBytes: number;
}

export interface SegmentStream {
  /** To be read once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Known once `chunks` has been read to its end. */
  summary(): SegmentSummary;
}

const defaultFrameBytes = 4 * 2 ** 20;
const defaultLanes = 4;
const pageBytes = 4096;
const inodeBytes = 1024;
const compress = promisify(zstdCompress);

/**
 * One segment of an initramfs: a newc archive with its trailer, cut into frames of about 4 MiB that are compressed in the
 * thread pool. A frame ends where an entry ends, as Linux refuses all else (`junk at the end of compressed archive`). The
 * same entries in any order give the same bytes, on any number of lanes. Throws `Failure` `invalid-input` for an entry that
 * Linux would drop, or that would hide what another segment holds; `limit` for more than 4 GiB.
 */
export function writeSegment(options: SegmentOptions): SegmentStream {
  const entries = planEntries(options.entries, options.placement, segmentLimits);
  let summary: SegmentSummary | undefined;
  return {
    chunks: writeChunks({ ...options, entries }, (done) => {
      summary = done;
    }),
    summary: () => {
      if (summary === undefined) throw new TypeError('the segment has not been read to its end');
      return summary;
    },
  };
}

/** The compressor's name and version: compressed bytes are the same only where it is. */
export function codecVersion(codec: Codec): string {
  return codec.kind === 'none' ? 'none' : `zstd ${process.versions['zstd'] ?? process.versions.node} level ${codec.level}`;
}

async function* writeChunks(
  options: SegmentOptions & { readonly entries: readonly SegmentEntry[] },
  onDone: (summary: SegmentSummary) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let [rawBytes, sizeBytes] = [0, 0];
  for await (const frame of compressFrames(options)) {
    hash.update(frame.raw);
    rawBytes += frame.raw.length;
    sizeBytes += frame.written.length;
    yield frame.written;
  }
  const padding = aligned(sizeBytes) - sizeBytes;
  if (padding > 0) yield Buffer.alloc(padding);
  const digest = parseDigest(`sha256:${hash.digest('hex')}`);
  if (digest === undefined) throw new TypeError('sha256 has 64 hex digits');
  onDone({ digest, rawBytes, sizeBytes: sizeBytes + padding, entries: options.entries.length, memoryBytes: memoryOf(options.entries) });
}

interface Frame {
  readonly raw: Buffer;
  readonly written: Uint8Array;
}

/** Frames in order, at most `lanes` of them in memory. */
async function* compressFrames(options: SegmentOptions & { readonly entries: readonly SegmentEntry[] }): AsyncGenerator<Frame> {
  const lanes = Math.max(1, options.lanes ?? defaultLanes);
  const inWork: Promise<Frame>[] = [];
  try {
    for (const cut of cutFrames(options.entries, options.frameBytes ?? defaultFrameBytes)) {
      if (inWork.length >= lanes) yield* await takeFirst(inWork);
      const frame = makeFrame(cut, options.codec);
      // Its turn to be awaited comes later: until then a failure is nobody's.
      frame.catch(() => undefined);
      inWork.push(frame);
    }
    while (inWork.length > 0) yield* await takeFirst(inWork);
  } finally {
    // A reader that stops early, or a frame that fails, leaves others behind: they end before the generator does.
    await Promise.allSettled(inWork);
  }
}

async function takeFirst(inWork: Promise<Frame>[]): Promise<readonly Frame[]> {
  const [first] = inWork;
  if (first === undefined) return [];
  const frame = await first;
  void inWork.shift();
  return [frame];
}

interface FrameCut {
  readonly entries: readonly { readonly entry: SegmentEntry; readonly identity: EntryIdentity }[];
  readonly rawBytes: number;
  readonly isLast: boolean;
}

function cutFrames(entries: readonly SegmentEntry[], frameBytes: number): readonly FrameCut[] {
  const subdirectories = countSubdirectories(entries);
  const cuts: { entries: { readonly entry: SegmentEntry; readonly identity: EntryIdentity }[]; rawBytes: number; isLast: boolean }[] = [];
  let current: (typeof cuts)[number] | undefined;
  for (const [index, entry] of entries.entries()) {
    const size = cpioBytes(entry);
    if (current === undefined || current.rawBytes + size > frameBytes) {
      current = { entries: [], rawBytes: 0, isLast: false };
      cuts.push(current);
    }
    const linkCount = entry.kind === 'directory' ? 2 + (subdirectories.get(entry.path) ?? 0) : 1;
    current.entries.push({ entry, identity: { inode: index + 1, linkCount } });
    current.rawBytes += size;
  }
  const last = cuts.at(-1) ?? { entries: [], rawBytes: 0, isLast: true };
  last.isLast = true;
  return cuts.length === 0 ? [last] : cuts;
}

function countSubdirectories(entries: readonly SegmentEntry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind !== 'directory' || entry.path === '.') continue;
    const slash = entry.path.lastIndexOf('/');
    const parent = slash < 0 ? '.' : entry.path.slice(0, slash);
    counts.set(parent, (counts.get(parent) ?? 0) + 1);
  }
  return counts;
}

async function makeFrame(cut: FrameCut, codec: Codec): Promise<Frame> {
  const trailer = cut.isLast ? cpioTrailer() : Buffer.alloc(0);
  const raw = Buffer.alloc(cut.rawBytes + trailer.length);
  let offset = 0;
  for (const { entry, identity } of cut.entries) offset = await writeCpioEntry(raw, { offset, entry, identity });
  raw.set(trailer, offset);
  if (codec.kind === 'none') return { raw, written: raw };
  // Never ZSTD_c_nbWorkers: Node 24.21 gives 0 bytes for it. The size makes async and sync calls give the same bytes.
  const params = { [constants.ZSTD_c_compressionLevel]: codec.level, [constants.ZSTD_c_checksumFlag]: 1 };
  return { raw, written: await compress(raw, { pledgedSrcSize: raw.length, params }) };
}

function memoryOf(entries: readonly SegmentEntry[]): number {
  return entries.reduce(
    (sum, entry) => sum + inodeBytes + (entry.kind === 'file' ? Math.ceil(sizeOf(entry.content) / pageBytes) * pageBytes : 0),
    0,
  );
}
