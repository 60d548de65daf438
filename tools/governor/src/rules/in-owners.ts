import type { Owners, OwnersPart } from '../judge/question.ts';
import type { Found } from './rule.ts';

/** `@moby/redis` → `redis`. */
export function ownNameOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : name.slice(name.indexOf('/') + 1);
}

/** A place in a component's OWNERS.yaml, as far as somebody has told it. */
export function inOwners(own: string, { places }: Owners, part: OwnersPart): Pick<Found, 'repositoryFile' | 'place'> {
  const place = places?.[part];
  return { repositoryFile: `components/${own}/OWNERS.yaml`, ...(place === undefined ? {} : { place }) };
}
