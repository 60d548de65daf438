/** A path that leads nowhere but below the repository, whatever it was; empty where nothing is left of it. */
export function relativePath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
}
