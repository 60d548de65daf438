import { transitionOf, type MissingOfWay, type TransitionAnswer } from '../lifecycle/transition-of.ts';
import type { Owners } from '../judge/question.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { transitionFacts } from '../review/transition-facts.ts';
import { changedOwners, inOwners } from './in-owners.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

interface StateChange {
  readonly name: string;
  readonly before: Owners;
  readonly after: Owners;
  readonly answer: TransitionAnswer;
}

function* stateChanges(subject: ChangeSubject): Iterable<StateChange> {
  for (const { name, before, after } of changedOwners(subject)) {
    if (before === undefined || before.lifecycle === after.lifecycle) continue;
    const facts = transitionFacts(subject, { name, before, after });
    yield { name, before, after, answer: transitionOf(subject.lifecycle, { from: before.lifecycle, to: after.lifecycle }, facts) };
  }
}

function wordsOf({ people, conditions }: MissingOfWay): string {
  const agree = people.map(({ role, count }) => `${count === 1 ? 'one' : count} more of the role \`${role}\` to agree`);
  return [...agree, ...conditions].join('; ');
}

export const stateChange: GovernanceRule = ofChange({
  id: 'MOBY-O405',
  name: 'state-change',
  severity: 'review',
  waivableBy: 'nobody',
  why: 'The state of a component says what others may build on. Which ways lead from one to another, who has to agree and what has to be shown stands in the library’s life cycle.',
  examples: {
    fails: 'a stranger retires what others need',
    passes: 'its maintainer calls it deprecated, after telling those who depend on it',
  },
  change: [
    {
      name: 'no-way',
      when: 'a pull request changes the state, and the life cycle has no such way',
      *find(subject): Iterable<Found> {
        for (const { name, before, after, answer } of stateChanges(subject)) {
          if (answer.kind !== 'no-such-way') continue;
          const ways = answer.ways.map((state) => `\`${state}\``).join(', ');
          yield {
            ...inOwners(name, after, 'lifecycle'),
            severity: 'error',
            message: `no way leads from \`${before.lifecycle}\` to \`${after.lifecycle}\``,
            help: ways === '' ? `\`${before.lifecycle}\` is not left again` : `from there it may become ${ways}`,
          };
        }
      },
    },
    {
      name: 'undecided',
      when: 'a pull request changes the state, and somebody has not agreed yet to exactly this head, or something has not been shown',
      *find(subject): Iterable<Found> {
        for (const { name, before, after, answer } of stateChanges(subject)) {
          if (answer.kind !== 'waits') continue;
          yield {
            ...inOwners(name, after, 'lifecycle'),
            message: `\`${name}\` would go from \`${before.lifecycle}\` to \`${after.lifecycle}\``,
            help: `missing: ${answer.ways.map(wordsOf).join('; or ')}`,
          };
        }
      },
    },
    {
      name: 'beginning',
      when: 'a pull request brings a component in another state than `proposed` or `experimental`',
      *find(subject): Iterable<Found> {
        for (const { name, isNew, after } of changedOwners(subject)) {
          if (!isNew || after.lifecycle === 'proposed' || after.lifecycle === 'experimental') continue;
          yield {
            ...inOwners(name, after, 'lifecycle'),
            severity: 'error',
            message: `a new component can't be \`${after.lifecycle}\` yet`,
            help: 'begin with `experimental`; what it has to show comes after its first releases',
          };
        }
      },
    },
  ],
});
