import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Failure } from '@moby/model';
import { makeFolder, replaceFile } from './durable-files.ts';
import { fileFailure, isMissing } from './file-error.ts';
import { mendStorage, type StorageState } from './mend-storage.ts';
import { openJournal, type Journal } from './open-journal.ts';
import { ownFolder } from './own-folder.ts';
import { haveSigningKey, openSigningKeys, type SigningKeys } from './signing-keys.ts';
import { storageFolder, type StorageFolder } from './storage-folder.ts';

/** A storage that this process owns, in order. */
export interface OpenStorage {
  readonly folder: StorageFolder;
  readonly journal: Journal;
  readonly keys: SigningKeys;
  readonly state: StorageState;
  /** It was taken away from this process. */
  readonly lost: AbortSignal;
  close(): Promise<void>;
}

/** As many characters as Verdaccio takes. */
const secretLength = 32;

/** Owns a storage and mends what a crash left. Throws `storage-in-use`, `store-corrupt`, `no-space`, `io`. */
export async function openStorage(root: string, { now }: { readonly now: () => Date }): Promise<OpenStorage> {
  const folder = storageFolder(root);
  const ownership = await ownFolder(root);
  let journal: Journal | undefined;
  try {
    await prepare(folder);
    const keys = openSigningKeys(folder.signingKeys);
    journal = await openJournal(folder.journal);
    const opened = journal;
    const state = await mendStorage({ storage: folder, journal, keys, repair: true, deep: false, now });
    return {
      folder,
      journal,
      keys,
      state,
      lost: ownership.lost,
      close: async () => {
        await opened.close();
        await ownership.release();
      },
    };
  } catch (error) {
    await journal?.close().catch(() => undefined);
    await ownership.release();
    throw error;
  }
}

/** Looks through a storage that no server uses: every document and every byte. Without `repair` nothing is changed. */
export async function checkStorage(
  root: string,
  { repair, now }: { readonly repair: boolean; readonly now: () => Date },
): Promise<StorageState> {
  const folder = storageFolder(root);
  await readFile(folder.journal).catch((error: unknown) => {
    if (!isMissing(error)) throw fileFailure(folder.journal, 'read', error);
    throw new Failure({
      code: 'not-found',
      message: `\`${root}\` is no registry's folder: it holds no \`published.jsonl\``,
      hints: ['name it with --storage DIR'],
    });
  });
  const ownership = await ownFolder(root);
  try {
    if (repair) await prepare(folder);
    const journal = await openJournal(folder.journal, { readOnly: !repair });
    try {
      return await mendStorage({ storage: folder, journal, keys: keysOf(folder), repair, deep: true, now });
    } finally {
      await journal.close();
    }
  } finally {
    await ownership.release();
  }
}

/** Undefined where there are none yet: a folder that no server was started on. */
function keysOf({ signingKeys }: StorageFolder): SigningKeys | undefined {
  return existsSync(signingKeys) ? openSigningKeys(signingKeys) : undefined;
}

async function prepare({ packages, secret, signingKeys }: StorageFolder): Promise<void> {
  await makeFolder(packages).catch((error: unknown) => Promise.reject(fileFailure(packages, 'written', error)));
  await haveSecret(secret);
  await haveSigningKey(signingKeys);
}

/** Tokens outlive a restart: their key is made once. */
async function haveSecret(path: string): Promise<void> {
  try {
    const secret = await readFile(path, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (secret === undefined) await replaceFile(path, `${randomBytes(secretLength / 2).toString('hex')}\n`, 0o600);
    else if (secret.trim().length !== secretLength) {
      throw new Failure({
        code: 'store-corrupt',
        message: `\`${path}\` must hold ${secretLength} characters`,
        hints: [`remove it, and everybody logs in again: rm ${path}`],
      });
    }
  } catch (error) {
    throw fileFailure(path, 'read', error);
  }
}
