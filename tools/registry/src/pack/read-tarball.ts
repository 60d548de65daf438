import { printable } from '@moby/content';
import { readPackageArchive, type ArchiveFaultKind } from '@moby/content/package-archive';
import { Failure, formatBytes } from '@moby/model';
import type { PackageFile } from './package-files.ts';
import { packageLimits } from './package-limits.ts';

const limitKinds: readonly ArchiveFaultKind[] = ['too-large', 'ratio', 'too-many-entries'];

/**
 * The files of a registry's tarball by their effective paths, sorted: what every reader of it gets. `name` is for messages, as
 * `@moby/redis@8.0.201`. Throws `bad-archive` for an archive in which two readers could see two packages or which reaches out of its folder,
 * and `limit`.
 */
export async function readTarball(tarball: Uint8Array, name: string): Promise<readonly PackageFile[]> {
  const { tarballBytes, unpackedBytes, ratio, files: mostFiles } = packageLimits;
  if (tarball.length > tarballBytes)
    throw refused(name, 'limit', `has ${formatBytes(tarball.length)}; ${formatBytes(tarballBytes)} are allowed`);
  // Folders and pax headers are entries too.
  const { files, faults } = await readPackageArchive(tarball, { unpackedBytes, ratio, entries: 4 * mostFiles });
  const [fault] = faults;
  if (fault !== undefined) throw refused(name, limitKinds.includes(fault.kind) ? 'limit' : 'bad-archive', fault.message);
  if (!files.has('package.json')) throw refused(name, 'bad-archive', 'has no `package/package.json`');
  if (files.size > mostFiles) throw refused(name, 'limit', `has more than ${mostFiles} files`);
  return [...files]
    .map(([path, bytes]): PackageFile => ({ path, bytes }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

function refused(name: string, code: 'bad-archive' | 'limit', what: string): Failure {
  return new Failure({
    code,
    message: `the package \`${printable(name)}\` ${printable(what)}`,
    hints: ['its registry serves what no component’s tool packs: tell who runs it, or pin another version'],
  });
}
