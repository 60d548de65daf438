import type { Change } from '../trees/change.ts';

/** Where the changes of a pull request lie. */
export interface Touched {
  /** Sorted by name. */
  readonly components: readonly TouchedComponent[];
  /** Changed paths that belong to no component, sorted. */
  readonly elsewhere: readonly string[];
}

export interface TouchedComponent {
  /** The folder's name, as `redis`. */
  readonly name: string;
  /** Folders of its lines, as `8.0`, in which something changed; also those that are gone afterwards. */
  readonly lines: readonly string[];
  /** Changed files beside the lines, as `OWNERS.yaml`. */
  readonly shared: readonly string[];
}

/** `components/redis/8.0/package.json` touches the line `8.0` of `redis`; `components/redis/OWNERS.yaml` touches all its lines, and is in none. */
export function touchedComponents(changes: readonly Change[]): Touched {
  const components = new Map<string, { readonly lines: Set<string>; readonly shared: string[] }>();
  const elsewhere: string[] = [];
  for (const { path } of changes) {
    const [top, name, line, ...rest] = path.split('/');
    if (top !== 'components' || name === undefined || line === undefined) {
      elsewhere.push(path);
      continue;
    }
    const one = components.get(name) ?? { lines: new Set<string>(), shared: [] };
    components.set(name, one);
    if (rest.length > 0) one.lines.add(line);
    else one.shared.push(line);
  }
  const sorted = [...components].sort(([a], [b]) => (a < b ? -1 : 1));
  return { components: sorted.map(([name, { lines, shared }]) => ({ name, lines: [...lines].sort(), shared })), elsewhere };
}
