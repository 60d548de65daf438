export type { LazyContent, SegmentDevice, SegmentDirectory, SegmentEntry, SegmentFile, SegmentLink } from './entry.ts';
export type { Placement } from './placement.ts';
export { codecVersion, type Codec, type SegmentOptions, type SegmentStream, type SegmentSummary, writeSegment } from './segment.ts';
