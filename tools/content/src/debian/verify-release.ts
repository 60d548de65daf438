import { readdir, readFile } from 'node:fs/promises';
import { Failure } from '@moby/model';

/**
 * The signed text of an InRelease file: what the signature covers, never what else stands in the file. `keys` are armored
 * public keys; one good signature of one of them is enough. The clock does not matter: a key must have been valid when it
 * signed, and how old the index is tells `expiryFindings`. Throws `bad-signature`; `name` is for messages.
 */
export async function verifyRelease(options: {
  readonly text: string;
  readonly keys: readonly string[];
  readonly name: string;
}): Promise<string> {
  const { text, keys, name } = options;
  const { readCleartextMessage, readKeys, verify } = await import('openpgp');
  const verificationKeys = (await Promise.all(keys.map((armoredKeys) => readKeys({ armoredKeys })))).flat();
  let result: {
    readonly data: string;
    readonly signatures: readonly { readonly keyID: { toHex(): string }; readonly verified: Promise<unknown> }[];
  };
  try {
    const message = await readCleartextMessage({ cleartextMessage: text });
    result = await verify({ message, verificationKeys, date: null });
  } catch (error) {
    throw badSignature(name, `it is no signed text: ${firstLine(error)}`);
  }
  const faults: string[] = [];
  for (const { keyID, verified } of result.signatures) {
    try {
      await verified;
      return result.data;
    } catch (error) {
      faults.push(`${keyID.toHex()}: ${firstLine(error)}`);
    }
  }
  throw badSignature(name, faults.length === 0 ? 'it has no signature' : `no signature is good (${faults.join('; ')})`);
}

/** The archive's public keys that are data of this package (data/archive-keys/README.md). */
export async function readArchiveKeys(): Promise<readonly string[]> {
  const folder = new URL('../../data/archive-keys/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.asc')).sort();
  return await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')));
}

function badSignature(name: string, why: string): Failure {
  return new Failure({
    code: 'bad-signature',
    message: `\`${name}\` can't be trusted: ${why}`,
    hints: ['a cache or proxy between may have damaged it: try again, or another archive with --debian-mirror'],
  });
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown error';
}
