/** What npm packs of every package, whatever `files` says. */
export function packedAnyway(path: string): boolean {
  return path === 'package.json' || isDescription(path);
}

/** A README or a licence: people read it, and nothing follows from it. */
export function isDescription(path: string): boolean {
  return /^(?:readme|copying|licen[cs]e)(?:\..*)?$/i.test(path);
}

/** Whether `files` of package.json names a file, or a folder above it; without `files`, everything is packed. Patterns name nothing. */
export function isListed(path: string, files: readonly string[] | undefined): boolean {
  if (files === undefined) return true;
  return files.some((listed) => {
    const named = listed.replace(/^\.?\//, '').replace(/\/(?:\*\*?)?$/, '');
    return path === named || path.startsWith(`${named}/`);
  });
}
