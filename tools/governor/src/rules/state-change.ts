import { defaultLifecycle } from '../lifecycle/default-lifecycle.ts';
import { transitionOf, type MissingOfWay, type TransitionAnswer } from '../lifecycle/transition-of.ts';
import type { Owners, Question } from '../judge/question.ts';
import { inOwners, ownNameOf } from './in-owners.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

interface StateChange {
  readonly own: string;
  readonly before: Owners;
  readonly after: Owners;
  readonly answer: TransitionAnswer;
}

function changeOf(name: string | undefined, question: Question): StateChange | undefined {
  const { owners: before, ownersAfter: after, lifecycle = defaultLifecycle, stateFacts = {} } = question;
  const own = ownNameOf(name);
  if (own === undefined || before === undefined || after === undefined || before.lifecycle === after.lifecycle) return undefined;
  const previous = before.history?.findLast(({ to }) => to === before.lifecycle)?.from;
  const facts = { ...stateFacts, ...(previous === undefined ? {} : { previous }) };
  return { own, before, after, answer: transitionOf(lifecycle, { from: before.lifecycle, to: after.lifecycle }, facts) };
}

function wordsOf({ people, conditions }: MissingOfWay): string {
  return [...people.map(({ role, count }) => `the word of ${count} of the role \`${role}\``), ...conditions].join('; ');
}

export const stateChange: GovernanceRule = ofPackage({
  id: 'MOBY-O405',
  name: 'state-change',
  severity: 'review',
  waivableBy: 'nobody',
  why: 'The state of a component says what others may build on. Which ways lead from one to another, who has to agree and what has to be shown stands in the library’s life cycle.',
  examples: {
    fails: 'a stranger retires what others need',
    passes: 'its maintainer calls it deprecated, after telling those who depend on it',
  },
  clauses: [
    {
      name: 'no-way',
      when: 'a pull request changes the state, and the life cycle has no such way',
      *find({ name, question }): Iterable<Found> {
        const change = changeOf(name, question);
        if (change === undefined || change.answer.kind !== 'no-such-way') return;
        const { own, before, after, answer } = change;
        const ways = answer.ways.map((state) => `\`${state}\``).join(', ');
        yield {
          ...inOwners(own, after, 'lifecycle'),
          severity: 'error',
          message: `no way leads from \`${before.lifecycle}\` to \`${after.lifecycle}\``,
          help: ways === '' ? `\`${before.lifecycle}\` is not left again` : `from there it may become ${ways}`,
        };
      },
    },
    {
      name: 'undecided',
      when: 'a pull request changes the state, and somebody has not agreed yet, or something has not been shown',
      *find({ name, question }): Iterable<Found> {
        const change = changeOf(name, question);
        if (change === undefined || change.answer.kind !== 'waits') return;
        const { own, before, after, answer } = change;
        yield {
          ...inOwners(own, after, 'lifecycle'),
          message: `\`${own}\` would go from \`${before.lifecycle}\` to \`${after.lifecycle}\``,
          help: `missing: ${answer.ways.map(wordsOf).join('; or ')}`,
        };
      },
    },
    {
      name: 'beginning',
      when: 'a pull request brings a component in another state than `proposed` or `experimental`',
      *find({ name, question }): Iterable<Found> {
        const { owners, ownersAfter: after } = question;
        const own = ownNameOf(name);
        if (own === undefined || owners !== undefined || after === undefined) return;
        if (after.lifecycle === 'proposed' || after.lifecycle === 'experimental') return;
        yield {
          ...inOwners(own, after, 'lifecycle'),
          severity: 'error',
          message: `a new component can't be \`${after.lifecycle}\` yet`,
          help: 'begin with `experimental`; what it has to show comes after its first releases',
        };
      },
    },
  ],
});
