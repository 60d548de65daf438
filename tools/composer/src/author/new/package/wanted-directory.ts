/** A directory that a package needs while it runs, with what the package says of it. */
export interface WantedDirectory {
  /** Absolute, without a trailing slash. */
  readonly path: string;
  readonly mode?: string;
  readonly owner?: string;
}

const places = /^\/(?:run|srv|var\/(?:lib|cache|log|spool|mail))\/[^/]/;
const maxLength = 200;

/** A path as it is wanted; undefined outside of the places that change while a machine runs. */
export function wantedPath(path: string): string | undefined {
  const text = path.replace(/^\/var\/run\//, '/run/').replace(/\/+$/, '');
  const isPlain = text.length <= maxLength && /^[A-Za-z0-9/._+-]+$/.test(text) && !text.split('/').includes('..');
  return isPlain && places.test(text) ? text : undefined;
}

/** The lines of a file of tmpfiles.d(5) that make directories. */
export function readTmpfiles(text: string): readonly WantedDirectory[] {
  return text.split('\n').flatMap((line) => {
    const [type = '', place = '', mode = '-', owner = '-'] = line.trim().split(/\s+/);
    const path = wantedPath(place);
    if (!/^[dDvqQe][!+\-=~^$]*$/.test(type) || path === undefined) return [];
    const digits = /[0-7]{3,4}$/.exec(mode)?.[0];
    return [{ path, ...(digits === undefined ? {} : { mode: digits }), ...(owner === '-' ? {} : { owner }) }];
  });
}

/** One directory a path; what is said first of it counts. Those that hold another one are left out: it comes as a parent; `/run` itself is there for the files in it. */
export function mergeDirectories(directories: readonly WantedDirectory[]): readonly WantedDirectory[] {
  const merged = new Map<string, WantedDirectory>();
  for (const directory of directories) merged.set(directory.path, { ...directory, ...merged.get(directory.path) });
  const paths = [...merged.keys()];
  return [...merged.values()]
    .filter(({ path }) => path === '/run' || !paths.some((other) => other.startsWith(`${path}/`)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
