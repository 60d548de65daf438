import type { Digest } from '@moby/model';

/** One entry of an initramfs segment. Paths have no leading slash; in a tree they are relative to its placement. */
export type SegmentEntry = SegmentFile | SegmentLink | SegmentDirectory | SegmentDevice;

interface SegmentNode {
  readonly path: string;
  /** Permission bits, set-id and sticky bits included: at most 0o7777. */
  readonly mode: number;
  /** Numeric owner, 0 by default. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface SegmentFile extends SegmentNode {
  readonly kind: 'file';
  readonly content: Uint8Array | LazyContent;
}

/** Bytes that are read when their frame is made, so that a large tree needs no more memory than a few frames. */
export interface LazyContent {
  readonly sizeBytes: number;
  read(): Uint8Array | Promise<Uint8Array>;
}

/** `mode` isn't used by Linux, and is written as 0777. */
export interface SegmentLink extends Omit<SegmentNode, 'mode'> {
  readonly kind: 'symlink';
  readonly target: string;
}

export interface SegmentDirectory extends SegmentNode {
  readonly kind: 'directory';
}

export interface SegmentDevice extends SegmentNode {
  readonly kind: 'character' | 'block';
  readonly major: number;
  readonly minor: number;
}

/** An entry of an erofs image: as of a segment, and files may be too large to be held at once. */
export type ErofsEntry = ErofsFile | Exclude<SegmentEntry, SegmentFile>;

export interface ErofsFile extends SegmentNode {
  readonly kind: 'file';
  readonly content: Uint8Array | LazyContent | StreamedContent;
  /** Of the content. Files of one tree with one digest are stored once; without it a file is stored by itself. */
  readonly digest?: Digest;
}

/** Bytes that are never held as a whole. */
export interface StreamedContent {
  readonly sizeBytes: number;
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export function sizeOf(content: Uint8Array | { readonly sizeBytes: number }): number {
  return content instanceof Uint8Array ? content.length : content.sizeBytes;
}
