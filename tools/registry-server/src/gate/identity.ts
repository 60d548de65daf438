import type { IncomingMessage } from 'node:http';
import { memberOf } from '../storage/json-object.ts';
import type { RegistrySettings, Role } from '../settings/registry-settings.ts';
import { Refusal } from './refusal.ts';
import type { UsersFile } from './users-file.ts';

/** Who asks: a user whose token is good, in the role that the configuration gives, else the users file. */
export interface Identity {
  readonly name: string;
  readonly role: Role;
}

/** What a request wants to change. */
export type Deed = 'publish' | 'deprecate' | 'tag' | 'promote' | 'own';

const deeds: Readonly<Record<Role, readonly Deed[]>> = {
  contributor: ['publish'],
  maintainer: ['publish', 'deprecate', 'tag', 'promote'],
  steward: ['publish', 'deprecate', 'tag', 'promote', 'own'],
  bot: ['publish', 'promote'],
};

const words: Readonly<Record<Deed, string>> = {
  publish: 'publish',
  deprecate: 'deprecate',
  tag: 'tag',
  promote: 'promote',
  own: 'say who owns a component',
};

const markPrefix = 'password:';

/** The groups that a token is signed with: they tie it to the password that it was got with. */
export function groupsOf(name: string, mark: string): readonly string[] {
  return [name, `${markPrefix}${mark}`];
}

/**
 * The user that Verdaccio found in a request's token; undefined for nobody. Refuses a token whose user is gone, or has
 * another password by now.
 */
export function identityOf(
  request: IncomingMessage,
  { users, settings }: { readonly users: UsersFile; readonly settings: RegistrySettings },
): Identity | undefined {
  const user: unknown = 'remote_user' in request ? request.remote_user : undefined;
  const name = memberOf(user, 'name');
  if (typeof name !== 'string') return undefined;
  const groups = memberOf(user, 'groups');
  const mark = users.markOf(name);
  if (mark === undefined || !Array.isArray(groups) || !groups.includes(`${markPrefix}${mark}`)) {
    throw new Refusal({ code: 'MOBY-D401', message: 'the token is no longer good: log in again' });
  }
  return { name, role: settings.roles.get(name) ?? users.roleOf(name) ?? 'contributor' };
}

/** Refuses what a role may not do, with what to do in its place. */
export function mayDo(identity: Identity | undefined, deed: Deed, instead?: string): asserts identity is Identity {
  if (identity === undefined) throw new Refusal({ code: 'MOBY-D401', message: 'log in to write: npm login --auth-type=legacy' });
  if (deeds[identity.role].includes(deed)) return;
  const able = Object.entries(deeds).filter(([, list]) => list.includes(deed));
  throw new Refusal({
    code: 'MOBY-D403',
    message: `\`${identity.name}\` is a ${identity.role}, who may not ${words[deed]}; ${able.map(([role]) => role).join(', ')} may${instead === undefined ? '' : `; ${instead}`}`,
  });
}
