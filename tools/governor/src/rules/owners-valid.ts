import { isNewName } from '../names/names-taken.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const ownersValid: GovernanceRule = ofPackage({
  id: 'MOBY-O401',
  name: 'owners-valid',
  severity: 'review',
  waivableBy: 'steward',
  why: 'Every component has somebody who answers for it before anybody depends on it. Who that is stands in the OWNERS.yaml that is merged, never in the release.',
  examples: {
    fails: 'the first release of a component that no OWNERS.yaml is merged for',
    passes: 'the same by a steward; one whose OWNERS.yaml names a user of the registry',
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
  ],
});
