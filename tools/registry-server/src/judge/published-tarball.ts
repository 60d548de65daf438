import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../server/log.ts';
import { isMissing } from '../storage/file-error.ts';
import { hashBytes } from '../storage/hash-file.ts';
import type { Journal } from '../storage/open-journal.ts';
import type { StorageFolder } from '../storage/storage-folder.ts';
import { packageFolder, tarballName } from '../storage/stored-package.ts';

export interface TarballWorld {
  readonly storage: StorageFolder;
  readonly journal: Journal;
  readonly log: Log;
}

/** The archive of a published version; undefined where its bytes are gone, or others than were published. */
export async function publishedTarball(
  { storage, journal, log }: TarballWorld,
  name: string,
  version: string,
): Promise<Uint8Array | undefined> {
  const path = join(packageFolder(storage, name), tarballName(name, version));
  const tarball = await readFile(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (tarball !== undefined && hashBytes(tarball).integrity === journal.integrityOf(name, version)) return tarball;
  log({ level: 'error', event: 'storage', kind: tarball === undefined ? 'missing-tarball' : 'wrong-bytes', path });
  return undefined;
}
