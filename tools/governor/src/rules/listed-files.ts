/** What npm packs of every package, whatever `files` says. */
export function packedAnyway(path: string): boolean {
  return path === 'package.json' || isDescription(path);
}

/** A README or a licence: people read it, and nothing follows from it. */
export function isDescription(path: string): boolean {
  return /^(?:readme|copying|licen[cs]e)(?:\..*)?$/i.test(path);
}

/** What `files` of package.json names: files, and folders with all that is in them. Patterns name nothing. */
export function listedNames(files: readonly string[]): ReadonlySet<string> {
  return new Set(files.map(listedName));
}

export function listedName(listed: string): string {
  return listed.replace(/^\.?\//, '').replace(/\/(?:\*\*?)?$/, '');
}

/** A path, and each folder above it. */
export function* withFolders(path: string): Generator<string> {
  yield path;
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) yield path.slice(0, slash);
}
