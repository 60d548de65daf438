import { createRequire } from 'node:module';

/** 2^10 rounds: some 50 ms of a processor. */
const cost = 10;

/** bcrypt of a password, by what Verdaccio compares it with. */
export function hashPassword(password: string): Promise<string> {
  const require = createRequire(import.meta.url);
  const bcrypt: unknown = require('bcryptjs');
  if (!isBcrypt(bcrypt)) throw new TypeError('this version of bcryptjs has no `hash`');
  return bcrypt.hash(password, cost);
}

/** The package comes without types. */
function isBcrypt(value: unknown): value is { hash(password: string, rounds: number): Promise<string> } {
  return typeof value === 'object' && value !== null && 'hash' in value && typeof value.hash === 'function';
}
