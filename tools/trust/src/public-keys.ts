import { Failure } from '@moby/model/basics';
import { readVerifyingKey, type VerifyingKey } from './keys.ts';

const scheme = 'ecdsa-sha2-nistp256';
const maxKeys = 64;
const maxKeyLength = 1024;

/** The document at `/-/npm/v1/keys`, as npm's clients read it. */
export interface PublicKeys {
  readonly keys: readonly {
    /** ISO 8601; null while it is in use. */
    readonly expires: string | null;
    readonly keyid: string;
    readonly keytype: string;
    readonly scheme: string;
    /** Base64 of the SubjectPublicKeyInfo. */
    readonly key: string;
  }[];
}

export function publicKeysOf(keys: readonly VerifyingKey[]): PublicKeys {
  return {
    keys: keys.map(({ keyid, publicKey, expires }) => ({
      expires: expires?.toISOString() ?? null,
      keyid,
      keytype: scheme,
      scheme,
      key: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    })),
  };
}

/** Keys of another scheme are left out; each keyid has to be its key's own. `from` is for messages. Throws `invalid-input`. */
export function readPublicKeys(json: unknown, from: string): readonly VerifyingKey[] {
  const list = fieldOf(json, 'keys');
  if (!Array.isArray(list) || list.length > maxKeys) throw wrong(from, `has no list \`keys\` of at most ${maxKeys}`);
  return list.flatMap((entry: unknown, index): readonly VerifyingKey[] => {
    if (fieldOf(entry, 'scheme') !== scheme) return [];
    const [keyid, key, expires] = [fieldOf(entry, 'keyid'), fieldOf(entry, 'key'), fieldOf(entry, 'expires')];
    if (typeof key !== 'string' || key.length > maxKeyLength) throw wrong(from, `has no text \`key\` in \`keys[${index}]\``);
    const read = readVerifyingKey(key, from);
    if (read.keyid !== keyid) throw wrong(from, `names a key in \`keys[${index}]\` by another digest than its own, ${read.keyid}`);
    if (expires === null || expires === undefined) return [read];
    const date = new Date(typeof expires === 'string' ? expires : Number.NaN);
    if (Number.isNaN(date.getTime())) throw wrong(from, `has no date in \`keys[${index}].expires\``);
    return [{ ...read, expires: date }];
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}

function wrong(from: string, why: string): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `\`${from}\` ${why}`,
    hints: ['it is the document that a registry has at /-/npm/v1/keys'],
  });
}
