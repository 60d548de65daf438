import type { Diagnostic, PayloadEntry } from '@moby/model';

const maxLinks = 16;

/**
 * The path of a package's copyright file among a payload's entries, after links (`usr/share/doc/libgcc-s1` leads to
 * `gcc-14-base`); `missing` names the path where the way ends without a file.
 */
export function copyrightPath(
  entries: ReadonlyMap<string, PayloadEntry>,
  debPackage: string,
): { readonly path: string } | { readonly missing: string } {
  let path = `usr/share/doc/${debPackage}/copyright`;
  for (let links = 0; links < maxLinks; links += 1) {
    if (entries.get(path)?.kind === 'file') return { path };
    const next = followFirstLink(entries, path);
    if (next === undefined) return { missing: path };
    path = next;
  }
  return { missing: path };
}

/** A warning for each package whose copyright file belongs to a package that is no source. */
export function copyrightFindings(entries: readonly PayloadEntry[], packages: readonly string[]): readonly Diagnostic[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return packages.flatMap((debPackage) => {
    const found = copyrightPath(byPath, debPackage);
    if ('path' in found) return [];
    const owner = /^usr\/share\/doc\/([^/]+)\//.exec(found.missing)?.[1];
    return [
      {
        severity: 'warning' as const,
        code: 'copyright-elsewhere',
        message: `the copyright file of \`${debPackage}\` is not in the payload: \`${found.missing}\` is missing`,
        hints:
          owner === undefined || owner === debPackage
            ? []
            : [`add the package \`${owner}\` as a source that keeps \`usr/share/doc/${owner}/copyright\``],
      },
    ];
  });
}

function followFirstLink(entries: ReadonlyMap<string, PayloadEntry>, path: string): string | undefined {
  const segments = path.split('/');
  for (let count = 1; count <= segments.length; count += 1) {
    const entry = entries.get(segments.slice(0, count).join('/'));
    if (entry?.kind !== 'symlink') continue;
    const walk = entry.target.startsWith('/') ? [] : segments.slice(0, count - 1);
    for (const segment of [...entry.target.split('/'), ...segments.slice(count)]) {
      if (segment === '..') walk.pop();
      else if (segment !== '' && segment !== '.') walk.push(segment);
    }
    return walk.join('/');
  }
  return undefined;
}
