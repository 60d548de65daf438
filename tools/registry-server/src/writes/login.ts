import { groupsOf } from '../gate/identity.ts';
import type { Answer, Write } from '../gate/gate.ts';
import { Refusal } from '../gate/refusal.ts';
import { textMember } from '../storage/json-object.ts';
import type { WriteWorld } from './writes.ts';

/** bcrypt looks at 72 bytes; much longer ones only cost time. */
const maxPasswordBytes = 256;

/** `PUT /-/user/org.couchdb.user:NAME`: a token for a user of the file. Registration is closed. */
export async function login(
  world: WriteWorld,
  write: Write<{ readonly kind: 'login'; readonly user: string }>,
  body: unknown,
): Promise<Answer> {
  const { user } = write.route;
  const password = textMember(body, 'password');
  if (textMember(body, 'name') !== user || password === undefined || password === '' || Buffer.byteLength(password) > maxPasswordBytes) {
    throw new Refusal({
      code: 'MOBY-D422',
      message: `\`name\` must be the user of the address, and \`password\` a text of 1 to ${maxPasswordBytes} bytes`,
    });
  }
  const address = world.addressOf(write);
  // The password that is compared must be the one that the token is tied to, also while somebody changes the file.
  const markBefore = world.users.markOf(user);
  const isGood = await world.loginGuard.attempt({ user, address }, () => world.accounts.hasPassword(user, password));
  const mark = world.users.markOf(user);
  if (!isGood || mark === undefined || mark !== markBefore) {
    world.log({ level: 'warn', event: 'login-failed', user, address });
    throw new Refusal({ code: 'MOBY-D402', message: 'no such user with this password; users are made by who runs the registry' });
  }
  const token = await world.accounts.token(user, groupsOf(user, mark));
  world.log({ level: 'info', event: 'login', user, address });
  return { status: 201, body: { ok: `you are authenticated as '${user}'`, token } };
}
