import { canonicalJson } from '@moby/model';
import type { Answerer, Owners } from '../judge/question.ts';
import { changedOwners, inOwners } from './in-owners.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

interface Named {
  readonly component: string;
  readonly after: Owners;
  readonly person: Answerer;
  /** The forge's name for their number today; missing where nobody told it. */
  readonly login?: string;
}

/** Who is named anew, or otherwise than before: the rest is not this pull request's to mend. */
function* namedIn(subject: ChangeSubject): Iterable<Named> {
  const { logins = {} } = subject.facts;
  for (const { name, before, after } of changedOwners(subject)) {
    const known = new Set((before?.people ?? []).map(wordsOf));
    for (const person of after.people ?? []) {
      if (known.has(wordsOf(person))) continue;
      const login = person.id === undefined ? undefined : logins[String(person.id)];
      yield { component: name, after, person, ...(login === undefined ? {} : { login }) };
    }
  }
}

function wordsOf({ place: _place, ...person }: Answerer): string {
  return canonicalJson(person);
}

export const immutableId: GovernanceRule = ofChange({
  id: 'MOBY-O402',
  name: 'immutable-id',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A name at a forge can be given up, and taken by somebody else; the number behind it stays. So whoever answers for a component is known by number, and number and name have to belong together on the day they are merged.',
  examples: {
    fails: '`github: ann` without `id`; `ann`’s number with the name of somebody else',
    passes: '`github: ann, id: 4711`, and the forge says the same',
  },
  change: [
    {
      name: 'no-number',
      when: 'a pull request names a person in OWNERS.yaml, and not by their number at the forge',
      *find(subject): Iterable<Found> {
        for (const { component, after, person } of namedIn(subject))
          if (person.id === undefined && person.team !== true)
            yield {
              ...inOwners(component, after, person.place),
              message: `\`${person.name}\` is named without their number at the forge`,
              help: 'add `id: NUMBER`; a team has `team: true`',
            };
      },
    },
    {
      name: 'other-name',
      when: 'the forge has another name for the number of somebody who is named',
      *find(subject): Iterable<Found> {
        for (const { component, after, person, login } of namedIn(subject)) {
          const { github, id } = person;
          if (github === undefined || login === undefined || github.toLowerCase() === login.toLowerCase()) continue;
          yield {
            ...inOwners(component, after, person.place),
            message: `${id} is \`${login}\` at the forge, not \`${github}\``,
            help: 'let number and name be those of one person',
          };
        }
      },
    },
    {
      name: 'unknown-name',
      when: 'somebody is named by number and name, and nobody said which name the forge has for the number',
      *find(subject): Iterable<Found> {
        for (const { component, after, person, login } of namedIn(subject)) {
          const { github, id, team } = person;
          if (github === undefined || id === undefined || team === true || login !== undefined) continue;
          yield {
            ...inOwners(component, after, person.place),
            severity: 'review',
            message: `nobody said whether ${id} is \`${github}\` at the forge`,
          };
        }
      },
    },
  ],
});
