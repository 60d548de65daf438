export type {
  ErofsEntry,
  ErofsFile,
  LazyContent,
  SegmentDevice,
  SegmentDirectory,
  SegmentEntry,
  SegmentFile,
  SegmentLink,
  StreamedContent,
} from './entry.ts';
export type { Placement } from './placement.ts';
export { codecVersion, type Codec, type SegmentOptions, type SegmentStream, type SegmentSummary, writeSegment } from './segment.ts';
export { type ErofsOptions, type ErofsPart, type ErofsPlan, planErofs } from './erofs/plan-erofs.ts';
export { type ErofsNode, type ErofsTree, type PlannedErofsTree, planErofsTree } from './erofs/plan-tree.ts';
export { type ErofsStream, type OpenContent, writeErofs } from './erofs/write-erofs.ts';
export { unpackSegment } from './unpack-segment.ts';
