import { approvalsOf } from '../review/approvals.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import type { ForgePerson } from '../review/review-facts.ts';
import { holdsRole, isMaintainer, ownersBefore } from '../review/roles.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

/** Who may vouch for somebody: whoever answers for what is touched, and those who may help everywhere. */
function mayVouch({ policy, components, facts }: ChangeSubject, person: ForgePerson): boolean {
  if (person.id === facts.author?.id) return false;
  const isHelper = (['steward', 'proven-maintainer'] as const).some((role) => holdsRole(policy, role, person));
  return isHelper || components.some((component) => isMaintainer(ownersBefore(component), person));
}

export const firstTimer: GovernanceRule = ofChange({
  id: 'MOBY-O409',
  name: 'first-timer',
  severity: 'review',
  waivableBy: 'steward',
  why: 'An account costs nothing. Whoever is new has somebody who has looked at who they are and what they want, and says so.',
  examples: { fails: 'a first pull request that nobody has looked at', passes: 'one that a maintainer vouches for, or has approved' },
  change: [
    {
      name: 'unsponsored',
      when: 'the author has no merged change, and no maintainer of what is touched, proven maintainer or steward vouches for them or has approved of this head',
      *find(subject): Iterable<Found> {
        const { author, sponsor } = subject.facts;
        if (author?.mergedChanges !== 0) return;
        const vouching = [...approvalsOf(subject), ...(sponsor === undefined ? [] : [sponsor])];
        if (vouching.some((person) => mayVouch(subject, person))) return;
        yield {
          message: `this is the first change of \`${author.login}\`, and nobody vouches for them`,
          help: 'a maintainer of what is touched, or a steward, does',
        };
      },
    },
    {
      name: 'unknown',
      when: 'nobody said who the author is, or whether they have a merged change',
      *find({ facts: { author } }): Iterable<Found> {
        if (author?.mergedChanges === undefined) yield { message: 'nobody said whether the author has had a change merged before' };
      },
    },
  ],
});
