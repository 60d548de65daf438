import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPackageArchive } from '@moby/content/package-archive';
import { fileDigests, readContents, type ReleaseContents } from '@moby/governor';
import type { Log } from '../server/log.ts';
import { isMissing } from '../storage/file-error.ts';
import { hashBytes } from '../storage/hash-file.ts';
import type { Journal } from '../storage/open-journal.ts';
import type { StorageFolder } from '../storage/storage-folder.ts';
import { packageFolder, tarballName } from '../storage/stored-package.ts';

/** What a published version is made of. */
export interface PublishedContents {
  readonly digests: Readonly<Record<string, string>>;
  /** Missing where it is no component. */
  readonly contents: ReleaseContents | undefined;
}

/** The files of a published version; undefined where its bytes are gone, or others than were published. */
export type ReadFiles = (name: string, version: string) => Promise<ReadonlyMap<string, Uint8Array> | undefined>;

export interface Contents {
  readonly files: ReadFiles;
  /** Read once, and kept for the next release that is compared with it. */
  of(name: string, version: string): Promise<PublishedContents | undefined>;
}

const maxKept = 64;
const maxKeptBytes = 32 << 20;

export interface ContentsOptions {
  readonly storage: StorageFolder;
  readonly journal: Journal;
  readonly log: Log;
}

export function openPublishedContents({ storage, journal, log }: ContentsOptions): Contents {
  /** By integrity, the one that was asked for last is last. */
  const kept = new Map<string, { readonly value: PublishedContents; readonly bytes: number }>();
  let keptBytes = 0;
  const keep = (integrity: string, value: PublishedContents, bytes: number): void => {
    kept.set(integrity, { value, bytes });
    keptBytes += bytes;
    for (const [oldest, entry] of kept) {
      if (kept.size <= maxKept && keptBytes <= maxKeptBytes) break;
      kept.delete(oldest);
      keptBytes -= entry.bytes;
    }
  };
  const files: ReadFiles = async (name, version) => {
    const path = join(packageFolder(storage, name), tarballName(name, version));
    const tarball = await readFile(path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (tarball === undefined || hashBytes(tarball).integrity !== journal.integrityOf(name, version)) {
      log({ level: 'error', event: 'storage', kind: tarball === undefined ? 'missing-tarball' : 'wrong-bytes', path });
      return undefined;
    }
    return (await readPackageArchive(tarball)).files;
  };
  return {
    files,
    of: async (name, version) => {
      const integrity = journal.integrityOf(name, version) ?? '';
      const known = kept.get(integrity);
      if (known !== undefined) {
        kept.delete(integrity);
        kept.set(integrity, known);
        return known.value;
      }
      const found = await files(name, version);
      if (found === undefined) return undefined;
      const value = { digests: fileDigests(found), contents: await readContents(found) };
      // Parsed JSON takes a few times its text.
      keep(integrity, value, 4 * [...found.values()].reduce((sum, bytes) => sum + bytes.length, 0));
      return value;
    },
  };
}
