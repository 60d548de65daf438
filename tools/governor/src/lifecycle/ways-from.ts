import { shownWords, wordsOfSince, type DaysNeeded, type Deciders, type Lifecycle, type LifecycleRole } from './lifecycle.ts';

/** A way that leads out of a state, with all that it asks for. */
export interface Way {
  readonly to: string;
  /** All of them have to agree. */
  readonly by: readonly Deciders[];
  /** The same as phrases: `2 of the security team`. */
  readonly people: readonly string[];
  /** What else has to be there, as phrases. */
  readonly conditions: readonly string[];
  /** What has to follow, or the change is undone. */
  readonly followUp?: string;
}

/** The ways out of a state, in the order of the life cycle. `previous`: the state before it, where history tells; without it, no way leads back there. */
export function waysFrom(lifecycle: Lifecycle, from: string, previous: string | undefined): readonly Way[] {
  return lifecycle.transitions.flatMap((transition) => {
    const to = transition.to === 'previous' ? previous : transition.to;
    if (to === undefined || to === from || !transition.from.includes(from)) return [];
    const { by, days = [], shown = [], followUp } = transition;
    const conditions = [...days.flatMap(wordsOfDays), ...shown.map((one) => shownWords[one])];
    return [{ to, by, people: by.map(wordsOfDeciders), conditions, ...(followUp === undefined ? {} : { followUp }) }];
  });
}

const roleWords: Readonly<Record<LifecycleRole, readonly [one: string, several: string]>> = {
  maintainer: ['a maintainer', 'maintainers'],
  adopter: ['who adopts it', 'who adopt it'],
  reviewer: ['a reviewer', 'reviewers'],
  steward: ['a steward', 'stewards'],
  'security-team': ['one of the security team', 'of the security team'],
  bot: ['a bot', 'bots'],
};

function wordsOfDeciders({ role, count = 1, thirds }: Deciders): string {
  const [one, several] = roleWords[role];
  if (thirds !== undefined) return `${thirds} of 3 of all ${several}`;
  return count === 1 ? one : `${count} ${several}`;
}

function wordsOfDays({ since, atLeast, atMost, atLeastWithDependents }: DaysNeeded): readonly string[] {
  const words = wordsOfSince(since);
  const longer = atLeastWithDependents === undefined ? '' : `, ${atLeastWithDependents} where something depends on it`;
  return [
    ...(atLeast === undefined ? [] : [`${atLeast} days ${words}${longer}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost} days ${words}`]),
  ];
}
