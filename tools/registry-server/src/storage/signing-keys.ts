import { readFile } from 'node:fs/promises';
import { readFileSync, statSync } from 'node:fs';
import { Failure } from '@moby/model';
import {
  makeSigningKey,
  publicKeysOf,
  readPublicKeys,
  readSigningKey,
  signDocument,
  signRelease,
  type Envelope,
  type NamedDocument,
  type PublicKeys,
  type RegistrySignature,
  type SignedRelease,
  type SigningKey,
  type VerifyingKey,
} from '@moby/trust';
import { replaceFile } from './durable-files.ts';
import { fileFailure, isMissing } from './file-error.ts';
import { memberOf, textMember } from './json-object.ts';
import { storageFolder } from './storage-folder.ts';
import { withLock } from './with-lock.ts';

/** The keys that this registry vouches with. They are read anew when the file was replaced, so that a rotation needs no new start. */
export interface SigningKeys {
  /** By the key that is in use. Whoever asks has taken the time of the publish before, so that no signature is younger than its key. */
  sign(release: SignedRelease): RegistrySignature;
  /** By the key that is in use. */
  signDocument(document: NamedDocument): Envelope;
  /** The key in use, then those that were, the last one first: what `/-/npm/v1/keys` serves. */
  all(): readonly VerifyingKey[];
}

/** As many as a document of keys may have for its readers. */
const maxKeys = 64;
const maxFileBytes = 256 * 1024;

interface Keys {
  readonly current: SigningKey;
  readonly earlier: readonly VerifyingKey[];
}

/** Makes the first key where there is none. Throws `no-space`, `io`. */
export async function haveSigningKey(path: string): Promise<void> {
  try {
    await readFile(path);
  } catch (error) {
    if (!isMissing(error)) throw fileFailure(path, 'read', error);
    await writeKeys(path, makeSigningKey(), []);
  }
}

/** Throws `store-corrupt` where the file is not one of keys. */
export function openSigningKeys(path: string): SigningKeys {
  let keys: Keys | undefined;
  let seen = '';
  const current = (): Keys => {
    const { ino, size, mtimeNs } = statOf(path);
    const state = `${ino} ${size} ${mtimeNs}`;
    if (keys === undefined || state !== seen) keys = readKeys(path);
    seen = state;
    return keys;
  };
  current();
  return {
    sign: (release) => signRelease(current().current, release),
    signDocument: (document) => signDocument(current().current, document),
    all: () => [current().current, ...current().earlier],
  };
}

export interface RotatedKey {
  readonly keyid: string;
  /** The key that was in use: it vouches for what was published before `expires`. */
  readonly earlier: VerifyingKey;
}

/** Puts a new key in the place of the one that the registry of a folder uses; a server that runs takes it at its next publish. Throws `not-found`, `store-corrupt`, `limit`, `io`. */
export async function rotateSigningKey(root: string, now: () => Date): Promise<RotatedKey> {
  const path = storageFolder(root).signingKeys;
  statOf(path);
  return withLock({ path, waits: false }, async () => {
    const { current, earlier } = readKeys(path);
    if (earlier.length + 2 > maxKeys)
      throw new Failure({
        code: 'limit',
        message: `\`${path}\` has ${maxKeys} keys, and its readers take no more`,
        hints: ['take keys out of it by which nothing that is still published was signed'],
      });
    const key = makeSigningKey();
    const expired: VerifyingKey = { keyid: current.keyid, publicKey: current.publicKey, expires: now() };
    await writeKeys(path, key, [expired, ...earlier]);
    return { keyid: readSigningKey(key, path).keyid, earlier: expired };
  });
}

/** One file, so that a crash leaves the old keys or the new ones. */
async function writeKeys(path: string, key: string, earlier: readonly VerifyingKey[]): Promise<void> {
  const text = `${JSON.stringify({ key, earlier: publicKeysOf(earlier).keys }, undefined, 2)}\n`;
  await replaceFile(path, text, 0o600).catch((error: unknown) => Promise.reject(fileFailure(path, 'written', error)));
}

function statOf(path: string): { readonly ino: bigint; readonly size: bigint; readonly mtimeNs: bigint } {
  try {
    return statSync(path, { bigint: true });
  } catch (error) {
    throw isMissing(error) ? noKeys(path) : fileFailure(path, 'read', error);
  }
}

function readKeys(path: string): Keys {
  if (statOf(path).size > maxFileBytes) throw corrupt(path, `is larger than ${maxFileBytes} bytes`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileFailure(path, 'read', error);
  }
  try {
    const value: unknown = JSON.parse(text);
    const current = readSigningKey(textMember(value, 'key') ?? '', path);
    const earlier = readPublicKeys({ keys: memberOf(value, 'earlier') }, path);
    if (earlier.some(({ expires }) => expires === undefined)) throw corrupt(path, 'has an earlier key that never expires');
    return { current, earlier };
  } catch (error) {
    if (error instanceof Failure && error.code !== 'invalid-input') throw error;
    throw corrupt(path, error instanceof Failure ? error.message.replace(`\`${path}\` `, '') : 'is no JSON');
  }
}

function corrupt(path: string, why: string): Failure {
  return new Failure({
    code: 'store-corrupt',
    message: `\`${path}\` ${why}: the registry can't sign what it publishes`,
    hints: ['put the file back from a backup', `without one: rm ${path}, and clients no longer know the signatures of what was published`],
  });
}

function noKeys(path: string): Failure {
  return new Failure({
    code: 'not-found',
    message: `there are no keys \`${path}\``,
    hints: ['name a registry’s folder with --storage DIR; its first start makes the first key'],
  });
}

export function keysDocument(keys: SigningKeys): PublicKeys {
  return publicKeysOf(keys.all());
}
