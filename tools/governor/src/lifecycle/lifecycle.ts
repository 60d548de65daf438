/** The states of a component, and who may lead it from one to another: data of a library (`lifecycle.v1.schema.json`). */
export interface Lifecycle {
  readonly states: readonly StateRule[];
  readonly transitions: readonly Transition[];
}

/** What `lifecycle` of OWNERS.yaml may say. */
export const stateNames = [
  'proposed',
  'experimental',
  'maintained',
  'fixes-only',
  'deprecated',
  'orphaned',
  'quarantined',
  'retired',
] as const;

export type State = (typeof stateNames)[number];

export interface StateRule {
  readonly name: string;
  /** What assembling with it gives. `locked-only`: locks that have it stay, new ones don't get it. */
  readonly assemble: 'yes' | 'marked' | 'warning' | 'locked-only' | 'refused';
  /** Whether a new resolution takes it. `next`: where somebody asks for what isn't `latest`. */
  readonly resolve: 'preferred' | 'yes' | 'next' | 'dependents-only' | 'never';
  /** Which pull requests it takes. */
  readonly changes: 'all' | 'fixes' | 'stewards' | 'none';
  readonly means: string;
}

/** One way from some states to another. There may be several; one that is open is enough. */
export interface Transition {
  readonly from: readonly string[];
  /** A state, or `previous`: the one before. */
  readonly to: string;
  /** All of them have to agree, each a person of their own. */
  readonly by: readonly Deciders[];
  readonly days?: readonly DaysNeeded[];
  readonly shown?: readonly Shown[];
  /** What has to follow, or the change is undone. */
  readonly followUp?: string;
}

/** Who decides about states. An adopter is who wants to answer for a component that nobody answers for. */
export type LifecycleRole = 'maintainer' | 'adopter' | 'reviewer' | 'steward' | 'security-team' | 'bot';

export interface Deciders {
  readonly role: LifecycleRole;
  /** One where neither is there. */
  readonly count?: number;
  /** At least so many thirds of all who hold the role. */
  readonly thirds?: 1 | 2 | 3;
}

export interface DaysNeeded {
  readonly since: Since;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** In place of `atLeast`, where components or users depend on it. */
  readonly atLeastWithDependents?: number;
}

/** `announcement`: of what is wanted. `state`: the last change of it. */
export type Since = 'announcement' | 'state' | 'unmet-criteria' | 'first-ping' | 'last-activity';

export type Shown =
  | 'rules-pass'
  | 'name-approved'
  | 'criteria-met'
  | 'dependents-told'
  | 'replacement-named'
  | 'pings-unanswered'
  | 'old-keys-revoked'
  | 'nothing-needs-it'
  | 'reviewed-as-new'
  | 'statement-signed'
  | 'clean-version';

/** What each thing to be shown is, as a phrase. */
export const shownWords: Readonly<Record<Shown, string>> = {
  'rules-pass': 'every rule that can be judged passes',
  'name-approved': 'a steward has agreed to the name',
  'criteria-met': 'a file shows that it is released, tested, reproducible, signed and used, and who answers for it',
  'dependents-told': 'those who depend on it are listed and were told',
  'replacement-named': 'a critical component has a successor',
  'pings-unanswered': 'two questions a week apart were not answered',
  'old-keys-revoked': 'earlier publishers and keys count no more',
  'nothing-needs-it': 'nothing in the library needs it, or goes with it',
  'reviewed-as-new': 'it was reviewed as a new component is',
  'statement-signed': 'a signed statement says why',
  'clean-version': 'a version without the fault is published, or the name is given up',
};

const sinceWords: Readonly<Record<Since, string>> = {
  announcement: 'since it was announced',
  state: 'in this state',
  'unmet-criteria': 'without what the state asks for',
  'first-ping': 'since the first question',
  'last-activity': 'without anything done',
};

/** `since it was announced`. */
export function wordsOfSince(since: Since): string {
  return sinceWords[since];
}
