import { isNewName } from '../names/names-taken.ts';
import type { Owners } from '../judge/question.ts';
import { approvalsOf } from '../review/approvals.ts';
import { holdsRole } from '../review/roles.ts';
import { changedOwners, inOwners, ownersFile } from './in-owners.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

/** One person, who may leave, be they listed twice; a team is several. */
function hangsOnOne({ people = [] }: Owners): boolean {
  const known = new Set(people.map(({ id, name }) => id ?? name));
  return known.size < 2 && !people.some(({ team }) => team === true);
}

function tooFew(name: string, after: Owners, why: 'maintained' | 'critical'): Found {
  return {
    ...inOwners(name, after, 'maintainers'),
    severity: 'error',
    message: `\`${name}\` is ${why}, and one person answers for it`,
    help: 'name a second one, or a team (`team: true`)',
  };
}

export const ownersValid: GovernanceRule = {
  ...ofPackage({
    id: 'MOBY-O401',
    name: 'owners-valid',
    severity: 'review',
    waivableBy: 'steward',
    why: 'Every component has somebody who answers for it before anybody depends on it. Who that is stands in the OWNERS.yaml that is merged, never in the release.',
    examples: {
      fails: 'the first release of a component that no OWNERS.yaml is merged for; one that becomes `maintained` by one person',
      passes: 'the first by a steward; one whose OWNERS.yaml names a user of the registry; `maintained` by two, or by a team',
    },
    clauses: [
      {
        name: 'new',
        when: 'at the registry’s door, nobody answers for a new component, its publisher is no steward, and the policy doesn’t give names to whoever comes first',
        *find(subject): Iterable<Found> {
          const { name, question, policy } = subject;
          if (question.door.kind !== 'publish' || question.owners !== undefined || !isNewName(subject)) return;
          if (policy.newComponents === 'first-come' || question.publisher?.role === 'steward') return;
          yield {
            at: ['name'],
            // The bot publishes what was merged, and nothing was.
            ...(question.publisher?.role === 'bot' ? { severity: 'error' as const } : {}),
            message: `nobody answers for \`${name}\` yet`,
            help: 'name `registry: USER` in its OWNERS.yaml by a pull request',
          };
        },
      },
      {
        name: 'missing',
        when: 'at the registry’s door, nobody answers for a component that is there, and its publisher is no steward',
        *find(subject): Iterable<Found> {
          const { name, question } = subject;
          if (question.door.kind !== 'publish' || question.owners !== undefined || isNewName(subject)) return;
          if (question.publisher?.role !== 'steward') yield { at: ['name'], message: `no OWNERS.yaml is known of \`${name}\`` };
        },
      },
      {
        name: 'nobody',
        when: 'at the registry’s door, OWNERS.yaml names no user of the registry, and the publisher is neither a steward nor a bot',
        *find({ name, question }): Iterable<Found> {
          const { door, owners, publisher } = question;
          const mayAlways = publisher?.role === 'steward' || publisher?.role === 'bot';
          if (door.kind === 'publish' && owners?.maintainers.length === 0 && !mayAlways)
            yield {
              at: ['name'],
              severity: 'error',
              message: `OWNERS.yaml names no user of the registry who answers for \`${name}\``,
              help: 'name `registry: USER` there by a pull request',
            };
        },
      },
    ],
  }),
  change: [
    {
      name: 'newcomer',
      when: 'a pull request brings a component, and no steward has approved of this head',
      *find(subject): Iterable<Found> {
        const { components, policy } = subject;
        if (approvalsOf(subject).some((person) => holdsRole(policy, 'steward', person))) return;
        for (const { name, before, after } of components)
          if (before === undefined && after !== undefined)
            yield {
              component: name,
              repositoryFile: ownersFile(name),
              message: `\`${name}\` is new: nothing that is merged says who may answer for it`,
              help: 'a steward looks at its name and at whom OWNERS.yaml names',
            };
      },
    },
    {
      name: 'too-few',
      when: 'a pull request leaves a component that is `maintained` to one person, and it was not so before',
      *find(subject): Iterable<Found> {
        const isSo = (owners: Owners | undefined): boolean => owners?.lifecycle === 'maintained' && hangsOnOne(owners);
        // What was so before is not this pull request's to mend.
        for (const { name, before, after } of changedOwners(subject))
          if (isSo(after) && !isSo(before)) yield tooFew(name, after, 'maintained');
      },
    },
    {
      name: 'too-few-critical',
      when: 'a pull request leaves a component that counts as critical to one person, and it was not so before',
      *find(subject): Iterable<Found> {
        for (const { name, before, after } of changedOwners(subject)) {
          if (subject.critical?.has(name) !== true || after.lifecycle === 'maintained') continue;
          if (hangsOnOne(after) && !(before !== undefined && hangsOnOne(before))) yield tooFew(name, after, 'critical');
        }
      },
    },
  ],
};
