import { readAllowedSigners, type AllowedSigner } from './ssh/read-allowed-signers.ts';

/** Who may sign commits of a library, from the root of its repository: keys of SSH, and a folder of OpenPGP keys. */
export const allowedSignersFile = 'docs/governance/allowed_signers';
export const openPgpKeysFolder = 'docs/governance/keys/';

/** The most that is read of them. */
export const maxAllowedSignersBytes: number = 256 * 1024;
export const maxOpenPgpKeyBytes: number = 64 * 1024;
export const maxOpenPgpKeyFiles = 64;

/** What a tree has of both, as bytes. */
export interface SignerFiles {
  readonly allowedSigners?: Uint8Array;
  /** Armoured public keys by their path. */
  readonly openPgpKeys: ReadonlyMap<string, Uint8Array>;
  /** Files that aren't read. */
  readonly faults?: readonly SignerFault[];
}

/** A file, or a line of it, that counts for nothing, with what is wrong with it as a phrase. */
export interface SignerFault {
  readonly path: string;
  /** Counts from 1; missing where it is about the whole file. */
  readonly line?: number;
  readonly why: string;
}

export interface Signers {
  readonly ssh: readonly AllowedSigner[];
  readonly faults: readonly SignerFault[];
  /** Read where a commit is signed so, and not before. */
  readonly openPgpKeys: SignerFiles['openPgpKeys'];
}

export function readSigners({ allowedSigners, openPgpKeys, faults = [] }: SignerFiles): Signers {
  const read = readAllowedSigners(Buffer.from(allowedSigners ?? []).toString('utf8'));
  return { ssh: read.signers, faults: [...faults, ...read.faults.map((fault) => ({ path: allowedSignersFile, ...fault }))], openPgpKeys };
}

export function isSignerFile(path: string): boolean {
  return path === allowedSignersFile || (path.startsWith(openPgpKeysFolder) && /^[^/]+\.asc$/.test(path.slice(openPgpKeysFolder.length)));
}
