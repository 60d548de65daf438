import { approvalsOf } from '../review/approvals.ts';
import type { ChangedComponent, ChangeSubject } from '../review/change-subject.ts';
import { componentFacts } from '../review/component-facts.ts';
import { holdsRole, isMaintainer, ownersBefore } from '../review/roles.ts';
import { ownersFile } from './in-owners.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

/** Days in which new maintainers release nothing. */
export const coolOffDays = 14;
/** Others who look at the first release of a new maintainer. */
const firstReleaseApprovals = 2;

/** Components of the base of which some line would get another version, or be new. */
function* released({ components }: ChangeSubject): Iterable<ChangedComponent> {
  for (const component of components) {
    const { before, after } = component;
    if (before === undefined || after === undefined) continue;
    if ([...after.lines].some(([line, { npmVersion }]) => npmVersion !== before.lines.get(line)?.npmVersion)) yield component;
  }
}

/** The author, where they answer for the component: a stranger's change is a maintainer's to approve. */
function isByMaintainer({ facts: { author } }: ChangeSubject, component: ChangedComponent): boolean {
  return author !== undefined && isMaintainer(ownersBefore(component), author);
}

function approvedByMany(subject: ChangeSubject, component: ChangedComponent): boolean {
  const approvals = approvalsOf(subject).filter(
    (person) => isMaintainer(ownersBefore(component), person) || holdsRole(subject.policy, 'steward', person),
  );
  return approvals.length >= firstReleaseApprovals;
}

export const takeoverCooloff: GovernanceRule = ofChange({
  id: 'MOBY-O407',
  name: 'takeover-cooloff',
  severity: 'review',
  waivableBy: 'security-team',
  why: `A component that was taken over is used against its users soon, before anybody looks. So a release waits ${coolOffDays} days after a change of owners, and others look at the first one of a new maintainer.`,
  examples: { fails: 'a release of a component that was adopted yesterday', passes: 'one on day 20, which two others have looked at' },
  change: [
    {
      name: 'recent',
      when: `a version changes, and who answers for the component has changed within ${coolOffDays} days`,
      *find(subject): Iterable<Found> {
        for (const { name } of released(subject)) {
          const days = componentFacts(subject.facts, name).daysSinceOwnersChanged;
          if (days === undefined || days >= coolOffDays) continue;
          yield {
            component: name,
            repositoryFile: ownersFile(name),
            message: `who answers for \`${name}\` changed ${days === 1 ? '1 day' : `${days} days`} ago`,
            help: `a release waits ${coolOffDays} days, unless the security team knows why it can’t`,
          };
        }
      },
    },
    {
      name: 'first-release',
      when: 'a version is changed by a maintainer who has released nothing of the component yet, and fewer than two other maintainers or stewards have approved of this head',
      *find(subject): Iterable<Found> {
        for (const component of released(subject)) {
          const { releasers } = componentFacts(subject.facts, component.name);
          const { author } = subject.facts;
          if (author === undefined || releasers === undefined || !isByMaintainer(subject, component)) continue;
          if (releasers.includes(author.id) || approvedByMany(subject, component)) continue;
          yield {
            component: component.name,
            repositoryFile: ownersFile(component.name),
            message: `this is the first release of \`${component.name}\` by \`${author.login}\``,
            help: 'two others who answer for it, or stewards, look at it',
          };
        }
      },
    },
    {
      name: 'unknown',
      when: 'a version changes, and nobody said when who answers for the component changed, or, of a maintainer’s own change, who has released it before',
      *find(subject): Iterable<Found> {
        for (const component of released(subject)) {
          const { daysSinceOwnersChanged, releasers } = componentFacts(subject.facts, component.name);
          if (daysSinceOwnersChanged !== undefined && (releasers !== undefined || !isByMaintainer(subject, component))) continue;
          yield {
            component: component.name,
            repositoryFile: ownersFile(component.name),
            message: `nobody said how long those who answer for \`${component.name}\` have done so`,
          };
        }
      },
    },
  ],
});
