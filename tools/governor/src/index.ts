export type { ChangeKind, Easing } from './changes/change-kind.ts';
export { changeKinds } from './changes/change-kinds.ts';
export { checkAnnotations, maxAnnotationsPerRequest, type CheckAnnotation } from './formats/check-annotations.ts';
export { renderReview, reviewFormats, type ReviewFormat, type ReviewLook } from './formats/render-review.ts';
export { maxReportBytes, readReviewReport } from './formats/read-review-report.ts';
export { reviewExitCodes } from './formats/exit-codes.ts';
export { commentTag, maxCommentCharacters } from './formats/review-markdown.ts';
export type {
  AssemblyState,
  AutoMergeCondition,
  ReviewCause,
  ReviewedAssembly,
  ReviewedBump,
  ReviewReport,
} from './formats/review-report.ts';
export { maxSarifResults } from './formats/review-sarif.ts';
export { reviewLines, type TextLine, type TextSpan } from './formats/review-text.ts';
export { maxCommandsPerStep } from './formats/workflow-commands.ts';
export { findBaseline } from './judge/baseline.ts';
export { doorDecision, type DoorDecision, type DoorFinding } from './judge/door-decision.ts';
export { judge } from './judge/judge.ts';
export { escapeText } from './judge/escape-text.ts';
export { fileDigests } from './judge/file-digests.ts';
export {
  defaultPolicy,
  type BatchGroup,
  type ChangeLimits,
  type HeldRole,
  type LineForm,
  type Policy,
  type RoleHolder,
} from './judge/policy.ts';
export { policyFile } from './judge/policy-file.ts';
export { maxPolicyBytes, readPolicy } from './judge/read-policy.ts';
export { expiredWaivers } from './judge/expired-waivers.ts';
export { withoutWaivers } from './judge/without-waivers.ts';
export { maxOwnersBytes, readOwners } from './judge/read-owners.ts';
export type {
  Answerer,
  Door,
  HistoryEntry,
  KnownNames,
  LineContents,
  Owners,
  OwnersPart,
  PayloadProof,
  PlaceInFile,
  PublishedVersion,
  Publisher,
  Question,
  Release,
  ReleaseContents,
  ReleaseSignature,
} from './judge/question.ts';
export type { BumpReport, Finding, GovernanceVerdict, Report, Severity, WaivableBy, WaivedFinding, Witness } from './judge/report.ts';
export { governanceCodes, stockText } from './judge/stock-text.ts';
export type { Decider, Waiver } from './judge/waiver.ts';
export { defaultLifecycle } from './lifecycle/default-lifecycle.ts';
export {
  shownWords,
  stateNames,
  type DaysNeeded,
  type Deciders,
  type Lifecycle,
  type LifecycleRole,
  type Shown,
  type Since,
  type State,
  type StateRule,
  type Transition,
} from './lifecycle/lifecycle.ts';
export { lifecycleFile, maxLifecycleBytes, readLifecycle } from './lifecycle/read-lifecycle.ts';
export { transitionOf, type MissingOfWay, type TransitionAnswer, type TransitionFacts } from './lifecycle/transition-of.ts';
export { waysFrom, type Way } from './lifecycle/ways-from.ts';
export { withState, type StateEdit } from './lifecycle/with-state.ts';
export { readContents } from './judge/subject.ts';
export { catalogue } from './rules/catalogue.ts';
export type { Clause, Found, GovernanceRule, RuleText } from './rules/rule.ts';
export { waitingRules, type WaitingRules } from './rules/waiting-rules.ts';
