import { isNewName } from '../names/names-taken.ts';
import type { Owners } from '../judge/question.ts';
import { inOwners, ownNameOf } from './in-owners.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

/** One person, who may leave; a team is several. */
function hangsOnOne({ people }: Owners): boolean {
  return people !== undefined && people.length < 2 && !people.some(({ team }) => team === true);
}

function tooFew(own: string, after: Owners, why: 'maintained' | 'critical'): Found {
  return {
    ...inOwners(own, after, 'maintainers'),
    severity: 'error',
    message: `\`${own}\` is ${why}, and one person answers for it`,
    help: 'name a second one, or a team (`team: true`)',
  };
}

export const ownersValid: GovernanceRule = ofPackage({
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
      when: 'nobody answers for a new component, its publisher is no steward, and the policy doesn’t give names to whoever comes first',
      *find(subject): Iterable<Found> {
        const { name, question, policy } = subject;
        if (question.owners !== undefined || !isNewName(subject) || policy.newComponents === 'first-come') return;
        if (question.publisher?.role === 'steward') return;
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
      when: 'nobody answers for a component that is there, and its publisher is no steward',
      *find(subject): Iterable<Found> {
        const { name, question } = subject;
        if (question.owners === undefined && !isNewName(subject) && question.publisher?.role !== 'steward')
          yield { at: ['name'], message: `no OWNERS.yaml is known of \`${name}\`` };
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
    {
      name: 'too-few',
      when: 'a pull request leaves a component that is `maintained` to one person, and it was not so before',
      *find({ name, question }): Iterable<Found> {
        const { owners: before, ownersAfter: after } = question;
        const own = ownNameOf(name);
        const isSo = (owners: Owners | undefined): boolean => owners?.lifecycle === 'maintained' && hangsOnOne(owners);
        // What was so before is not this pull request's to mend.
        if (own !== undefined && after !== undefined && isSo(after) && !isSo(before)) yield tooFew(own, after, 'maintained');
      },
    },
    {
      name: 'too-few-critical',
      when: 'a pull request leaves a component that the policy calls critical to one person, and it was not so before',
      *find({ name, question, policy }): Iterable<Found> {
        const { owners: before, ownersAfter: after } = question;
        const own = ownNameOf(name);
        if (own === undefined || after === undefined || !policy.criticalRoots.includes(own) || after.lifecycle === 'maintained') return;
        if (hangsOnOne(after) && !(before !== undefined && hangsOnOne(before))) yield tooFew(own, after, 'critical');
      },
    },
    {
      name: 'uncounted',
      when: 'a pull request changes OWNERS.yaml, and nobody has read how many it names',
      *find({ name, question }): Iterable<Found> {
        const own = ownNameOf(name);
        if (own !== undefined && question.ownersAfter !== undefined && question.ownersAfter.people === undefined)
          yield { ...inOwners(own, question.ownersAfter, 'maintainers'), message: `nobody has read who answers for \`${own}\`` };
      },
    },
  ],
});
