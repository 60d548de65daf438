import {
  shownWords,
  wordsOfSince,
  type DaysNeeded,
  type Deciders,
  type Lifecycle,
  type LifecycleRole,
  type Shown,
  type Since,
  type Transition,
} from './lifecycle.ts';

/** What somebody knows of a change of state. What isn't there counts as missing, never as given. */
export interface TransitionFacts {
  /** Who agrees, in which role; `person` tells people apart. */
  readonly approvals?: readonly { readonly role: LifecycleRole; readonly person: string }[];
  /** How many hold a role: needed where a share of them decides. */
  readonly holders?: Readonly<Partial<Record<LifecycleRole, number>>>;
  /** How many days have passed, by what since. */
  readonly days?: Readonly<Partial<Record<Since, number>>>;
  readonly shown?: readonly Shown[];
  /** Whether components or users depend on it; where nobody knows, they do. */
  readonly hasDependents?: boolean;
  /** The state before this one, where history tells it. */
  readonly previous?: string;
}

export type TransitionAnswer =
  /** The life cycle has no such way; `ways` are the states that it has one to. */
  | { readonly kind: 'no-such-way'; readonly ways: readonly string[] }
  | { readonly kind: 'open'; readonly followUp?: string }
  /** What is missing, by way: closing the gaps of one of them is enough. */
  | { readonly kind: 'waits'; readonly ways: readonly MissingOfWay[] };

export interface MissingOfWay {
  /** Whose word is missing, and how many of them. */
  readonly people: readonly { readonly role: LifecycleRole; readonly count: number }[];
  /** What else is missing, as phrases. */
  readonly conditions: readonly string[];
}

/** Whether a component may go from one state to another, and if not yet, what is missing. Pure. */
export function transitionOf(
  lifecycle: Lifecycle,
  change: { readonly from: string; readonly to: string },
  facts: TransitionFacts,
): TransitionAnswer {
  const leaving = lifecycle.transitions.filter(({ from }) => from.includes(change.from));
  const ways = leaving.filter(({ to }) => targetOf(to, facts) === change.to);
  if (change.from === change.to || ways.length === 0) {
    const targets = leaving.flatMap(({ to }) => targetOf(to, facts) ?? []);
    return { kind: 'no-such-way', ways: [...new Set(targets)].sort() };
  }
  const missing = ways.map((way) => ({ way, missing: missingOf(way, facts) }));
  const open = missing.find((one) => one.missing.people.length === 0 && one.missing.conditions.length === 0);
  if (open === undefined) return { kind: 'waits', ways: missing.map((one) => one.missing) };
  return { kind: 'open', ...(open.way.followUp === undefined ? {} : { followUp: open.way.followUp }) };
}

function targetOf(to: string, { previous }: TransitionFacts): string | undefined {
  return to === 'previous' ? previous : to;
}

function missingOf({ by, days = [], shown = [] }: Transition, facts: TransitionFacts): MissingOfWay {
  return {
    people: missingPeople(by, facts),
    conditions: [
      ...by.flatMap((deciders) => unknownShare(deciders, facts)),
      ...days.flatMap((needed) => missingDays(needed, facts)),
      ...shown.filter((one) => facts.shown?.includes(one) !== true).map((one) => shownWords[one]),
    ],
  };
}

/** Nobody counts twice, whatever roles they hold. */
function missingPeople(by: readonly Deciders[], facts: TransitionFacts): MissingOfWay['people'] {
  const { approvals = [] } = facts;
  const needs = by.map((deciders) => ({
    role: deciders.role,
    needed: neededOf(deciders, facts),
    people: new Set(approvals.filter(({ role }) => role === deciders.role).map(({ person }) => person)),
  }));
  const missing = needs.flatMap(({ role, needed, people }) => (people.size < needed ? [{ role, count: needed - people.size }] : []));
  if (missing.length > 0) return missing;
  const everybody = new Set(needs.flatMap(({ people }) => [...people]));
  const doubled = needs.reduce((sum, { needed }) => sum + needed, 0) - everybody.size;
  const last = needs.at(-1);
  return doubled > 0 && last !== undefined ? [{ role: last.role, count: doubled }] : [];
}

function neededOf({ role, count = 1, thirds }: Deciders, { holders }: TransitionFacts): number {
  if (thirds === undefined) return count;
  const all = holders?.[role];
  return all === undefined ? 1 : Math.max(1, Math.ceil((all * thirds) / 3));
}

/** Of nobody knows how many, no number is a share. */
function unknownShare({ role, thirds }: Deciders, { holders }: TransitionFacts): readonly string[] {
  if (thirds === undefined || holders?.[role] !== undefined) return [];
  return [`${thirds} of 3 of all who are \`${role}\`, and nobody knows how many they are`];
}

function missingDays(
  { since, atLeast, atMost, atLeastWithDependents }: DaysNeeded,
  { days, hasDependents = true }: TransitionFacts,
): readonly string[] {
  const passed = days?.[since];
  const least = hasDependents ? (atLeastWithDependents ?? atLeast) : atLeast;
  const told = passed === undefined ? ', and nobody knows how many it were' : `, and it were ${passed}`;
  const words = wordsOfSince(since);
  return [
    ...(least !== undefined && (passed === undefined || passed < least) ? [`${least} days ${words}${told}`] : []),
    ...(atMost !== undefined && (passed === undefined || passed > atMost) ? [`at most ${atMost} days ${words}${told}`] : []),
  ];
}
