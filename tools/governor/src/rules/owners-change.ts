import { canonicalJson } from '@moby/model';
import type { Owners } from '../judge/question.ts';
import { approvalsOf, ownWord } from '../review/approvals.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import type { ForgePerson } from '../review/review-facts.ts';
import { holdsRole, isMaintainer } from '../review/roles.ts';
import { changedOwners, inOwners, type ChangedOwners } from './in-owners.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

function* otherPeople(subject: ChangeSubject): Iterable<ChangedOwners> {
  for (const change of changedOwners(subject))
    if (!change.isNew && (change.before === undefined || wordsOf(change.before) !== wordsOf(change.after))) yield change;
}

/** Whoever is named, in whatever order. */
function wordsOf({ people = [] }: Owners): string {
  return people
    .map(({ place: _place, ...person }) => canonicalJson(person))
    .sort()
    .join('\n');
}

function agreeing(subject: ChangeSubject): readonly ForgePerson[] {
  const own = ownWord(subject);
  return [...approvalsOf(subject), ...(own === undefined ? [] : [own])];
}

function namesOf({ people = [] }: Owners): string {
  return people.map(({ name }) => `\`${name}\``).join(', ');
}

export const ownersChange: GovernanceRule = ofChange({
  id: 'MOBY-O404',
  name: 'owners-change',
  severity: 'review',
  waivableBy: 'steward',
  why: 'Whoever answers for a component says what others run. Most takeovers began with somebody friendly who was let in by nobody in particular.',
  examples: { fails: 'a contributor adds themselves', passes: 'a maintainer who stays and a steward agree' },
  change: [
    {
      name: 'owner',
      when: 'a pull request changes who answers for a component, and none of those who did and still do agrees; of an `orphaned` component nobody is asked',
      *find(subject): Iterable<Found> {
        for (const { name, before, after } of otherPeople(subject)) {
          if (before === undefined || before.lifecycle === 'orphaned') continue;
          if (agreeing(subject).some((person) => isMaintainer(before, person) && isMaintainer(after, person))) continue;
          const stays = (before.people ?? []).some((person) => (after.people ?? []).some(({ id }) => id !== undefined && id === person.id));
          yield {
            ...inOwners(name, after, 'maintainers'),
            message: `${namesOf(after)} would answer for \`${name}\` in place of ${namesOf(before)}, and ${stays ? 'nobody of those who stay has agreed' : 'none of them stays to agree'}`,
            help: stays
              ? 'one of them approves of this head'
              : 'let one of them stay, and approve of this head; where they are gone, it becomes `orphaned` first',
          };
        }
      },
    },
    {
      name: 'steward',
      when: 'a pull request changes who answers for a component, and no steward agrees',
      *find(subject): Iterable<Found> {
        if (agreeing(subject).some((person) => holdsRole(subject.policy, 'steward', person))) return;
        for (const { name, after } of otherPeople(subject))
          yield {
            ...inOwners(name, after, 'maintainers'),
            message: `${namesOf(after)} would answer for \`${name}\`, and no steward has agreed`,
            help: 'a steward approves of this head',
          };
      },
    },
  ],
});
