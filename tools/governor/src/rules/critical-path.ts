import { approvalsOf } from '../review/approvals.ts';
import type { ChangedComponent, ChangeSubject } from '../review/change-subject.ts';
import type { ForgePerson } from '../review/review-facts.ts';
import { holdsRole, isMaintainer, organisationOf, ownersBefore } from '../review/roles.ts';
import { ownersFile } from './in-owners.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

const neededApprovals = 2;

interface Critical {
  readonly component: ChangedComponent;
  readonly approvals: readonly ForgePerson[];
}

function* criticalIn(subject: ChangeSubject): Iterable<Critical> {
  const { components, critical, policy } = subject;
  for (const component of components) {
    if (component.before === undefined || critical?.has(component.name) !== true) continue;
    const owners = ownersBefore(component);
    const approvals = approvalsOf(subject).filter((person) => isMaintainer(owners, person) || holdsRole(policy, 'steward', person));
    yield { component, approvals };
  }
}

function organisationsOf({ component, approvals }: Critical): ReadonlySet<string> {
  return new Set(approvals.flatMap((person) => organisationOf(ownersBefore(component), person)?.toLowerCase() ?? []));
}

export const criticalPath: GovernanceRule = ofChange({
  id: 'MOBY-O408',
  name: 'critical-path',
  severity: 'review',
  waivableBy: 'nobody',
  why: 'What every machine boots with is worth buying a maintainer for, or an employer. So two people who work for different organisations look at a change of what the policy calls critical (`criticalRoots`), and of all that it needs.',
  examples: { fails: 'one approval; two of one company', passes: 'two, of two organisations' },
  change: [
    {
      name: 'too-few',
      when: 'a component counts as critical, and fewer than two maintainers or stewards have approved of this head',
      *find(subject): Iterable<Found> {
        for (const { component, approvals } of criticalIn(subject))
          if (approvals.length < neededApprovals)
            yield {
              component: component.name,
              repositoryFile: ownersFile(component.name),
              message: `\`${component.name}\` counts as critical, and ${approvals.length === 0 ? 'nobody has' : 'one person has'} approved of this head`,
              help: 'two maintainers or stewards of different organisations look at it',
            };
      },
    },
    {
      name: 'one-organisation',
      when: 'two have approved of it, and not for two different organisations that are known',
      *find(subject): Iterable<Found> {
        for (const critical of criticalIn(subject)) {
          const { component, approvals } = critical;
          if (approvals.length < neededApprovals || organisationsOf(critical).size >= neededApprovals) continue;
          yield {
            component: component.name,
            repositoryFile: ownersFile(component.name),
            message: `\`${component.name}\` counts as critical, and nobody knows that those who approved of this head are of different organisations`,
            help: 'OWNERS.yaml says it: `organisation`',
          };
        }
      },
    },
    {
      name: 'unknown',
      when: 'the policy calls components critical, and what these need can’t be read',
      *find({ critical, components }): Iterable<Found> {
        if (critical !== undefined) return;
        for (const { name, before } of components)
          if (before !== undefined)
            yield { component: name, repositoryFile: ownersFile(name), message: `nobody knows whether \`${name}\` counts as critical` };
      },
    },
  ],
});
