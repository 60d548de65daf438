export type { ChangedComponent, ChangedFile, ChangeSubject, ComponentFolder, LineFolderContents } from './change-subject.ts';
export { judgeChange, type ChangeReport } from './judge-change.ts';
export { maxReadBytes, openChange, type ToOpen } from './open-change.ts';
export { review, type ToReview } from './review.ts';
export { withoutVerdict } from './without-verdict.ts';
