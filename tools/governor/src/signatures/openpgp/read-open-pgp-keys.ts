import type { PublicKey } from 'openpgp';

export interface OpenPgpKeys {
  readonly keys: readonly PublicKey[];
  /** Files that count for nothing, with what is wrong with them as a phrase. */
  readonly faults: readonly { readonly path: string; readonly why: string }[];
}

const maxKeysPerFile = 16;

/** Armoured public keys, by their path. Only whoever needs one loads what reads it. */
export async function readOpenPgpKeys(files: ReadonlyMap<string, Uint8Array>): Promise<OpenPgpKeys> {
  const keys: PublicKey[] = [];
  const faults: { readonly path: string; readonly why: string }[] = [];
  for (const [path, bytes] of files) {
    const read = await readFile(bytes);
    if (typeof read === 'string') faults.push({ path, why: read });
    else keys.push(...read);
  }
  return { keys, faults };
}

async function readFile(bytes: Uint8Array): Promise<readonly PublicKey[] | string> {
  const { readKeys } = await import('openpgp');
  const armoredKeys = Buffer.from(bytes).toString('utf8');
  try {
    const keys = await readKeys({ armoredKeys });
    if (keys.some((key) => key.isPrivate())) return 'it has a private key in it: take it back, everybody may have it now';
    if (keys.length === 0 || keys.length > maxKeysPerFile) return `it has ${keys.length} keys; 1 to ${maxKeysPerFile} are read`;
    return keys;
  } catch (error) {
    return `it can’t be read as armoured public keys of OpenPGP: ${firstLine(error)}`;
  }
}

/** What the library says of broken input. */
export function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown error';
}
