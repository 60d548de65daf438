import type { Placement, SegmentEntry } from '@moby/image';
import type { ContentStore } from '@moby/model';
import type { Compressor } from '../lock/make-lock.ts';
import type { SegmentMark } from './prepared.ts';

/** What a segment is made of, wherever it comes from: a payload, or the composer itself. */
export type SegmentSource =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/** Compresses entries into one segment of an initrd, straight into the store. */
export async function storeSegment(options: {
  readonly store: ContentStore;
  readonly compressor: Compressor;
  readonly label: string;
  readonly placement: Placement;
  readonly entries: readonly SegmentSource[];
}): Promise<SegmentMark> {
  const { store, compressor, label, placement, entries } = options;
  const { writeSegment } = await import('@moby/image');
  const segment = writeSegment({ entries: entries.map(toEntry), placement, codec: { kind: 'zstd', level: compressor.level } });
  const blob = await store.write(segment.chunks);
  const { digest, rawBytes, memoryBytes } = segment.summary();
  return { label, blob: blob.digest, sizeBytes: blob.sizeBytes, cpio: digest, cpioBytes: rawBytes, memoryBytes };
}

function toEntry(source: SegmentSource): SegmentEntry {
  if (source.kind === 'file') return { kind: 'file', path: source.path, mode: source.mode, content: source.bytes };
  return source.kind === 'directory' ? source : { kind: 'symlink', path: source.path, target: source.target };
}
