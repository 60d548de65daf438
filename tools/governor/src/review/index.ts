export { autoMerge, type ToAutoMerge } from './auto-merge.ts';
export type { ChangedComponent, ChangedFile, ChangeSubject, ComponentFolder, LineFolderContents } from './change-subject.ts';
export { judgeChange, type ChangeReport } from './judge-change.ts';
export { maxReadBytes, openChange, type ToOpen } from './open-change.ts';
export { maxReviewFactsBytes, readReviewFacts } from './read-review-facts.ts';
export { review, type ToReview } from './review.ts';
export { withoutVerdict } from './without-verdict.ts';
export type { ComponentFacts, ForgeCheck, ForgePerson, GivenReview, ReviewAuthor, ReviewFacts, TeamRole } from './review-facts.ts';
