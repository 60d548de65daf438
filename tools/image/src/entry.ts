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

export function sizeOf(content: Uint8Array | LazyContent): number {
  return content instanceof Uint8Array ? content.length : content.sizeBytes;
}
