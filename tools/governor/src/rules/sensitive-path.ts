import { approvalsOf } from '../review/approvals.ts';
import { holdsRole } from '../review/roles.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const sensitivePath: GovernanceRule = ofChange({
  id: 'MOBY-G008',
  name: 'sensitive-path',
  severity: 'review',
  waivableBy: 'steward',
  why: 'Rules, schemas, tools and what runs on every change decide about all components at once. Who changes them changes what everybody else is judged by.',
  examples: { fails: 'an edit of `docs/governance/policy.yaml`', passes: 'an edit of a component; a steward’s approval of this head' },
  change: [
    {
      name: 'changed',
      when: 'a path that the policy calls sensitive (`sensitivePaths`: a file, or a folder with a slash behind) is added, changed or taken away, and no steward but its author has approved of this head',
      *find(subject): Iterable<Found> {
        const { policy, diff } = subject;
        if (approvalsOf(subject).some((person) => holdsRole(policy, 'steward', person))) return;
        for (const sensitive of policy.sensitivePaths) {
          const [first, ...rest] = diff.changes.filter(({ path }) =>
            sensitive.endsWith('/') ? path.startsWith(sensitive) : path === sensitive,
          );
          if (first === undefined) continue;
          const all = rest.length === 0 ? '' : `: ${rest.length + 1} of its files do here`;
          yield {
            repositoryFile: first.path,
            message: `\`${sensitive}\` changes with a steward only${all}`,
            help: 'a steward approves of this head; what the change makes of it counts from the merge on',
          };
        }
      },
    },
  ],
});
