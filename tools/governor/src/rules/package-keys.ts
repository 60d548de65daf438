import { nearest } from '@moby/model';
import { lifecycleKeys } from './lifecycle-keys.ts';
import { protoKeyNames } from './proto-keys.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const packageKeys: GovernanceRule = ofPackage({
  id: 'MOBY-M214',
  name: 'package-keys',
  severity: 'error',
  waivableBy: 'security-team',
  why: 'npm acts upon keys that a component has no use for: `publishConfig` sends a release to another registry, `dependencies` bring in code that nobody resolved. What may stand there is a list.',
  examples: {
    fails: '`"publishConfig": {"registry": …}`',
    passes: 'name, version, description, license, homepage, repository, keywords, files, component',
  },
  clauses: [
    {
      name: 'unknown',
      when: 'a top-level key of package.json is not among those of the policy',
      *find({ json, policy }): Iterable<Found> {
        for (const key of Object.keys(json)) {
          if ([policy.packageKeys, lifecycleKeys, protoKeyNames].some((known) => known.includes(key))) continue;
          const meant = nearest(key, policy.packageKeys);
          const help = meant === undefined ? 'take it out; what the component is stands under `component`' : `did you mean \`${meant}\`?`;
          yield { at: [key], key: true, message: `\`${key}\` is not a key of a component's package.json`, help };
        }
      },
    },
  ],
});
