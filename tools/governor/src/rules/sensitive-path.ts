import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const sensitivePath: GovernanceRule = ofChange({
  id: 'MOBY-G008',
  name: 'sensitive-path',
  severity: 'review',
  waivableBy: 'steward',
  why: 'Rules, schemas, tools and what runs on every change decide about all components at once. Who changes them changes what everybody else is judged by.',
  examples: { fails: 'an edit of `docs/governance/policy.yaml`', passes: 'an edit of a component' },
  change: [
    {
      name: 'changed',
      when: 'a path that the policy calls sensitive (`sensitivePaths`: a file, or a folder with a slash behind) is added, changed or taken away',
      *find({ policy, diff }): Iterable<Found> {
        for (const sensitive of policy.sensitivePaths) {
          const [first, ...rest] = diff.changes.filter(({ path }) =>
            sensitive.endsWith('/') ? path.startsWith(sensitive) : path === sensitive,
          );
          if (first === undefined) continue;
          const all = rest.length === 0 ? '' : `: ${rest.length + 1} of its files do here`;
          yield {
            repositoryFile: first.path,
            message: `\`${sensitive}\` changes with a steward only${all}`,
            help: 'ask a steward to look at it; what the change makes of it counts from the merge on',
          };
        }
      },
    },
  ],
});
