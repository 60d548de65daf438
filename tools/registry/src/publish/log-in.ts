import { Failure } from '@moby/model';
import type { RegistryWriter } from './open-registry-writer.ts';
import { Refused } from './write-answer.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** What can stand in npm's configuration without being read as something else. */
const tokenPattern = /^[A-Za-z0-9._~+/=-]{1,4096}$/;

/** A token for a user: `PUT /-/user/org.couchdb.user:NAME`, as npm's client logs in. Throws `denied`, `network`. */
export async function logIn({ user, password }: Login, writer: RegistryWriter): Promise<string> {
  const id = `org.couchdb.user:${user}`;
  const { body } = await writer
    .write({
      method: 'PUT',
      path: `-/user/${encodeURIComponent(id)}`,
      body: { _id: id, name: user, password, type: 'user', roles: [] },
      what: `the login of \`${user}\``,
      isAnonymous: true,
    })
    .catch((error: unknown) => {
      // Whoever has just given a password need not be told to log in.
      throw error instanceof Refused && error.code === 'denied' ? new Failure({ code: 'denied', message: error.message }) : error;
    });
  const { token } = body;
  if (typeof token === 'string' && tokenPattern.test(token)) return token;
  throw new Failure({
    code: 'network',
    message: `the registry ${writer.label} lets \`${user}\` in, and gives no token that can be kept`,
    hints: ['is it a registry of npm packages?'],
  });
}
