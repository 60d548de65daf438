import { isJsonObject } from '../storage/json-object.ts';

/** Passwords and tokens, as Verdaccio keeps them. */
export interface Accounts {
  hasPassword(user: string, password: string): Promise<boolean>;
  /** A token that ends by itself. */
  token(user: string, groups: readonly string[]): Promise<string>;
}

/** What this server uses of the `auth` that Verdaccio gives to a plugin. */
interface VerdaccioAuth {
  authenticate(user: string, password: string, done: (error: unknown, user: unknown) => void): void;
  jwtEncrypt(user: object, options: { readonly expiresIn: string }): Promise<unknown>;
}

export function openAccounts(auth: unknown, tokenDays: number): Accounts {
  if (!isAuth(auth)) throw new TypeError('this version of Verdaccio gives a plugin no authentication');
  return {
    hasPassword: (user, password) =>
      new Promise((resolve) => {
        auth.authenticate(user, password, (error, found) =>
          resolve((error === null || error === undefined) && isJsonObject(found) && found['name'] === user),
        );
      }),
    token: async (name, groups) => {
      const token = await auth.jwtEncrypt({ name, groups, real_groups: groups }, { expiresIn: `${tokenDays}d` });
      if (typeof token !== 'string') throw new TypeError('this version of Verdaccio makes no tokens');
      return token;
    },
  };
}

function isAuth(value: unknown): value is VerdaccioAuth {
  return (
    typeof value === 'object' &&
    value !== null &&
    'authenticate' in value &&
    typeof value.authenticate === 'function' &&
    'jwtEncrypt' in value &&
    typeof value.jwtEncrypt === 'function'
  );
}
