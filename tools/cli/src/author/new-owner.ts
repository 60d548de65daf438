import { Failure } from '@moby/model';
import type { NewOwner } from '@moby/composer';
import { gitUser } from './git-user.ts';

/** What was typed of who will answer for a new component. */
export interface OwnerFlags {
  readonly owner?: string | undefined;
  readonly 'owner-github'?: string | undefined;
  readonly 'owner-id'?: string | undefined;
}

/** Whoever is named, else git's user. Throws `usage` for what schemas/owners.v1.schema.json doesn't take. */
export async function newOwner(flags: OwnerFlags, folder: string): Promise<NewOwner> {
  const { owner, 'owner-github': github, 'owner-id': number } = flags;
  if (owner !== undefined && !/^\P{Cc}{1,100}$/u.test(owner))
    throw usage('`--owner` has 1 to 100 characters, on one line', '--owner "Ada Lovelace"');
  if (github !== undefined && !/^[A-Za-z0-9-]{1,39}$/.test(github))
    throw usage(`\`${github}\` is no login at the forge: letters, digits and dashes`, '--owner-github ada');
  const id = number === undefined ? undefined : Number(number);
  if (number !== undefined && !(/^[1-9][0-9]{0,15}$/.test(number) && Number.isSafeInteger(id)))
    throw usage(`\`${number}\` is no number of somebody at the forge`, 'at GitHub it is `id` of what `gh api users/LOGIN` prints');
  return { name: owner ?? (await gitUser(folder)), github, id };
}

function usage(message: string, hint: string): Failure {
  return new Failure({ code: 'usage', message, hints: [hint] });
}
