import type { Owners, OwnersPart, PlaceInFile } from '../judge/question.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { ownersBefore } from '../review/roles.ts';
import type { Found } from './rule.ts';

/** A component whose OWNERS.yaml is another after the merge, and can be read. */
export interface ChangedOwners {
  readonly name: string;
  /** The base has no such component. */
  readonly isNew: boolean;
  /** Missing where it is new, and where the base's can't be read. */
  readonly before?: Owners;
  readonly after: Owners;
}

export function* changedOwners({ components, files }: ChangeSubject): Iterable<ChangedOwners> {
  for (const component of components) {
    const { name, before, after } = component;
    if (!files.has(ownersFile(name)) || after?.owners?.ok !== true) continue;
    const was = ownersBefore(component);
    yield { name, isNew: before === undefined, ...(was === undefined ? {} : { before: was }), after: after.owners.value };
  }
}

/** A place in a component's OWNERS.yaml: of a part of it, or one that is given. */
export function inOwners(
  name: string,
  owners: Owners,
  at: OwnersPart | PlaceInFile | undefined,
): Pick<Found, 'repositoryFile' | 'place' | 'component'> {
  const place = typeof at === 'string' ? owners.places?.[at] : at;
  return { component: name, repositoryFile: ownersFile(name), ...(place === undefined ? {} : { place }) };
}

export function ownersFile(name: string): string {
  return `components/${name}/OWNERS.yaml`;
}
