import { scopeOf } from '../names/fold-name.ts';
import { isNewName } from '../names/names-taken.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const publicShadow: GovernanceRule = ofPackage({
  id: 'MOBY-N305',
  name: 'public-shadow',
  severity: 'review',
  waivableBy: 'steward',
  why: 'A name that somebody else has on a public index is installed from there by a client that isn’t set up, and the other way round (dependency confusion).',
  examples: { fails: '`@types/x`', passes: '`@moby/x`' },
  clauses: [
    {
      name: 'scope',
      when: 'the scope of a new name is not among those of the policy',
      *find(subject): Iterable<Found> {
        const { name, policy } = subject;
        if (name !== undefined && isNewName(subject) && !policy.scopes.includes(scopeOf(name)))
          yield { at: ['name'], message: `the scope of \`${name}\` is not ours: ${policy.scopes.join(', ')}` };
      },
    },
    {
      name: 'index',
      when: 'a new name stands on a public index that was recorded',
      *find(subject): Iterable<Found> {
        const { name, question } = subject;
        if (name !== undefined && isNewName(subject) && question.names.publicNames?.includes(name) === true)
          yield { at: ['name'], message: `\`${name}\` belongs to somebody on a public index` };
      },
    },
    {
      name: 'index-unknown',
      when: 'the policy compares new names with public indexes, and none was recorded',
      *find(subject): Iterable<Found> {
        const { question, policy } = subject;
        if (policy.comparesPublicNames && question.names.publicNames === undefined && isNewName(subject))
          yield { at: ['name'], message: 'nobody knows whether the name is taken on a public index: none was recorded' };
      },
    },
  ],
});
