import { scopeOf } from '../names/fold-name.ts';
import { isNewName, otherNames } from '../names/names-taken.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const newNamespace: GovernanceRule = ofPackage({
  id: 'MOBY-N306',
  name: 'new-namespace',
  severity: 'review',
  waivableBy: 'steward',
  why: 'Who has the first component of a scope has the scope: somebody decides whose it is.',
  examples: { fails: 'the first component of `@acme`', passes: 'the second one; every one of the project’s own scope' },
  clauses: [
    {
      name: 'first',
      when: 'a new name is the first of its scope, which is not the project’s own',
      *find(subject): Iterable<Found> {
        const { name, policy } = subject;
        if (name === undefined || !isNewName(subject)) return;
        const scope = scopeOf(name);
        if (scope !== policy.scopes[0] && !otherNames(subject).some((other) => scopeOf(other) === scope))
          yield { at: ['name'], message: `\`${name}\` is the first component of \`${scope}\`` };
      },
    },
  ],
});
