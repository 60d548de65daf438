import { memberOf } from '../storage/json-object.ts';
import { Refusal } from './refusal.ts';

/**
 * Refuses a token that says itself that it isn't good now, with words of ours; whether it is genuine is found out later. One
 * from the future is no good either: the clock was wrong when it was made, or is now.
 */
export function judgeTokenTimes(authorization: string, now: Date): void {
  const claims = claimsOf(authorization);
  const seconds = now.getTime() / 1000;
  const [from, until] = [memberOf(claims, 'nbf'), memberOf(claims, 'exp')];
  // Times are whole seconds; a token is good at once.
  if (typeof from === 'number' && from > seconds + 1) {
    throw new Refusal({
      code: 'MOBY-D401',
      message: 'the token is from the future, by this server’s clock: log in again, and tell who runs the registry',
    });
  }
  if (typeof until === 'number' && until <= seconds)
    throw new Refusal({ code: 'MOBY-D401', message: 'the token has expired: log in again with npm login --auth-type=legacy' });
}

function claimsOf(authorization: string): unknown {
  const part = /^bearer [^.]+\.([^.]+)\./i.exec(authorization)?.[1] ?? '';
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
