import type { Owners } from '../judge/question.ts';
import type { LifecycleRole } from '../lifecycle/lifecycle.ts';
import type { TransitionFacts } from '../lifecycle/transition-of.ts';
import { approvalsOf, ownWord } from './approvals.ts';
import type { ChangeSubject } from './change-subject.ts';
import { componentFacts } from './component-facts.ts';
import type { ForgePerson } from './review-facts.ts';
import { holdsRole, isMaintainer } from './roles.ts';

interface StateChange {
  readonly name: string;
  readonly before: Owners;
  readonly after: Owners;
}

/** What is known of a component's change of state: whose word a pull request has, and what somebody has said beside. */
export function transitionFacts(subject: ChangeSubject, { name, before, after }: StateChange): TransitionFacts {
  const { facts, policy } = subject;
  const { days, shown, hasDependents } = componentFacts(facts, name);
  const own = ownWord(subject);
  const reviewers = approvalsOf(subject);
  const approvals = [...reviewers, ...(own === undefined ? [] : [own])].flatMap((person) =>
    rolesOf(person).map((role) => ({ role, person: String(person.id) })),
  );
  const previous = before.history?.findLast(({ to }) => to === before.lifecycle)?.from;
  return {
    approvals,
    holders: holdersOf(subject),
    ...(days === undefined ? {} : { days }),
    ...(shown === undefined ? {} : { shown }),
    ...(hasDependents === undefined ? {} : { hasDependents }),
    ...(previous === undefined ? {} : { previous }),
  };

  function rolesOf(person: ForgePerson): readonly LifecycleRole[] {
    const roles: LifecycleRole[] = (['steward', 'security-team', 'bot'] as const).filter((role) => holdsRole(policy, role, person));
    if (isMaintainer(before, person)) roles.push('maintainer');
    else if (isMaintainer(after, person)) roles.push('adopter');
    const mayReview = (['reviewer', 'steward', 'proven-maintainer'] as const).some((role) => holdsRole(policy, role, person));
    if (mayReview && person !== own) roles.push('reviewer');
    return roles;
  }
}

/** How many hold a role: as somebody has counted, or as many as the policy lists where it knows each by number. */
function holdersOf({ facts, policy }: ChangeSubject): NonNullable<TransitionFacts['holders']> {
  const listed = (['steward', 'security-team', 'bot'] as const).flatMap((role) => {
    const holders = policy.roles[role];
    return holders.length > 0 && holders.every(({ id }) => id !== undefined) ? [[role, holders.length] as const] : [];
  });
  return { ...Object.fromEntries(listed), ...facts.holders };
}
