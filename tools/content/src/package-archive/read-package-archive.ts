import type { ArchiveFault } from './archive-fault.ts';
import { clientPath, faultsBetween, faultsOf } from './entry-faults.ts';
import { gunzipMember, type GunzipLimits } from './gunzip-member.ts';
import { readEntries, type PackageEntry } from './read-entries.ts';

export { archiveFaultKinds, type ArchiveFault, type ArchiveFaultKind } from './archive-fault.ts';
export type { PackageEntry } from './read-entries.ts';

export interface PackageArchiveLimits extends GunzipLimits {
  /** Headers of the tar, those of extensions too. */
  readonly entries: number;
}

export const packageArchiveLimits: PackageArchiveLimits = { unpackedBytes: 64 * 1024 * 1024, ratio: 100, entries: 10_000 };

/** A package's archive: what clients would unpack of it, and what is wrong with it. */
export interface PackageArchive {
  /** In the archive's order, up to where it could be read. */
  readonly entries: readonly PackageEntry[];
  /**
   * Files by their paths without the first segment, sorted: what a client has in the end. Where there are faults, another client may
   * have others.
   */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** None: every client unpacks the same files, all of them below the package's own folder. */
  readonly faults: readonly ArchiveFault[];
}

/**
 * Reads the archive of an npm package (a tar in one gzip member), and finds whatever could make two readers see two packages,
 * reaches out of the package's folder, or is too much. Nothing is thrown for what the bytes have in them.
 */
export async function readPackageArchive(bytes: Uint8Array, limits: PackageArchiveLimits = packageArchiveLimits): Promise<PackageArchive> {
  const unpacked = await gunzipMember(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), limits);
  if (unpacked.bytes === undefined) return { entries: [], files: new Map(), faults: unpacked.faults };
  const { entries, faults } = readEntries(unpacked.bytes, limits.entries);
  return {
    entries,
    files: filesOf(entries),
    faults: [...unpacked.faults, ...faults, ...entries.flatMap(faultsOf), ...faultsBetween(entries)],
  };
}

/** As node-tar does with `strip: 1`: the last of two wins, paths upwards are left out. */
function filesOf(entries: readonly PackageEntry[]): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { path, type, bytes } of entries) {
    const [, ...inside] = clientPath(path).split('/');
    if (type === '0' && inside.length > 0 && !inside.includes('..')) files.set(inside.join('/'), bytes);
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
