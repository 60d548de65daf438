/**
 * Manifests within a line that stand deeper than its own, by path. What lies below `files/` and `test/` is a payload's or a test's, and may
 * be anything.
 */
export function nestedPackages(files: ReadonlyMap<string, unknown>): readonly string[] {
  return [...files.keys()].filter((path) => path.endsWith('/package.json') && !/^(?:files|test)\//.test(path));
}
