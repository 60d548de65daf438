import type { Policy } from '../judge/policy.ts';
import type { Answerer, Owners } from '../judge/question.ts';
import type { ChangedComponent } from './change-subject.ts';
import type { ForgePerson, TeamRole } from './review-facts.ts';

/** Whether somebody is among those who answer for a component: by their number, or that of a team that they are in. */
export function isMaintainer(owners: Owners | undefined, person: ForgePerson): boolean {
  return answererOf(owners, person) !== undefined;
}

/** Whether somebody holds a role of the library: by the policy of the base, or by a team of the forge. */
export function holdsRole(policy: Policy, role: TeamRole, person: ForgePerson): boolean {
  if (person.role === role) return true;
  return role !== 'reviewer' && policy.roles[role].some(({ id }) => id === person.id);
}

/** For whom somebody looks after a component; what is merged counts more than what the forge says. */
export function organisationOf(owners: Owners | undefined, person: ForgePerson): string | undefined {
  return answererOf(owners, person)?.organisation ?? person.organisation;
}

/** OWNERS.yaml as it is merged; undefined where there is none that can be read. */
export function ownersBefore({ before }: ChangedComponent): Owners | undefined {
  return before?.owners?.ok === true ? before.owners.value : undefined;
}

function answererOf(owners: Owners | undefined, person: ForgePerson): Answerer | undefined {
  const people = owners?.people ?? [];
  return (
    people.find(({ id, team }) => team !== true && id === person.id) ??
    people.find(({ id, team }) => team === true && id !== undefined && person.teams?.includes(id) === true)
  );
}
