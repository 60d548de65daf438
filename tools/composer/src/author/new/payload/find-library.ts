import type { FoundPackage, OpenedPackage, PackageShelf } from '../package/package-shelf.ts';

/** A library with the package that has it. */
export interface FoundLibrary {
  readonly found: FoundPackage;
  readonly opened: OpenedPackage;
  readonly path: string;
}

/** A library's package stands in the dependencies of what is linked to it, so few are looked into before it is found. */
const maxTried = 24;

/** The package that has a library, among those that given packages depend on; undefined where none of them has it. */
export async function findLibrary(
  soname: string,
  where: { readonly shelf: PackageShelf; readonly packages: readonly OpenedPackage[] },
): Promise<FoundLibrary | undefined> {
  const { shelf, packages } = where;
  const sources = new Set(packages.map(({ pin }) => pin.source));
  const candidates = [...new Set(packages.flatMap(({ depends }) => depends))]
    .flatMap((name) => shelf.find(name) ?? [])
    .filter((found) => isLikeLibrary(found.package.package) || sources.has(found.package.source))
    .map((found) => ({ found, rank: rankOf(found.package.package, soname) }))
    .sort((a, b) => a.rank - b.rank || a.found.package.size - b.found.package.size)
    .slice(0, maxTried);
  for (const { found } of candidates) {
    const opened = await shelf.open(found);
    const path = libraryPath(opened, soname);
    if (path !== undefined) return { found, opened, path };
  }
  return undefined;
}

/** The file or link of a package by which a loader finds a library; in a folder that every program searches before any other. */
export function libraryPath({ entries, facts }: OpenedPackage, soname: string): string | undefined {
  const elf = new Set(facts.elf.map(({ path }) => path.slice(1)));
  const paths = [...entries.keys()].filter(
    (path) => path.startsWith('usr/lib') && path.endsWith(`/${soname}`) && (elf.has(path) || entries.get(path)?.kind === 'symlink'),
  );
  return paths.sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))[0];
}

function isLikeLibrary(name: string): boolean {
  return name.startsWith('lib') || /^[a-z]*lib[a-z]*[0-9]/.test(name) || /(?:[0-9]|t64)$/.test(name);
}

/** Debian names a library's package for its soname: `libevent-2.1.so.7` is in `libevent-2.1-7`, mostly with `t64` since 2024. */
function rankOf(name: string, soname: string): number {
  const plain = name.replace(/t64(?=$|-)/, '');
  const [stem = '', number = ''] = soname
    .toLowerCase()
    .replaceAll('_', '-')
    .split(/\.so\.?/);
  if (plain === `${stem}${number}` || plain === `${stem}-${number}`) return 0;
  if (plain.startsWith(stem)) return 1;
  return plain.startsWith(stem.replace(/[-0-9.]+$/, '')) ? 2 : 3;
}
