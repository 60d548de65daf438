import type { RawRepository } from '../collect/raw-repository.ts';
import type { Person } from './pull-request-file.ts';
import type { Template } from './template.ts';

/** What all pull requests have: where their commits are written, the library, and who there is. */
export interface World {
  readonly repository: RawRepository;
  readonly library: Template;
  readonly people: ReadonlyMap<string, Person>;
  /** What the forge says of an everyday pull request. */
  readonly forge: Readonly<Record<string, unknown>>;
}

export function personOf({ people }: Pick<World, 'people'>, login: string): Person {
  const person = people.get(login);
  if (person === undefined) throw new Error(`people.yaml has no \`${login}\``);
  return person;
}
