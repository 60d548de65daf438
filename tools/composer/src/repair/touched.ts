import type { Resolution } from '../resolve/resolution.ts';

/** What another choice changes beside the component that was chosen otherwise. */
export interface Touched {
  /** Other roots whose components change; `machine` for the machine's. */
  readonly containers: readonly string[];
  /** Other components of the component's own root that change. */
  readonly components: readonly string[];
}

/** `name` or `scope/name` → version. */
export type ChosenVersions = ReadonlyMap<string, string>;

/** `home` is the scope that the change is meant for, `''` for all and for the machine; `names` are what it is about. */
export function touchedBy(change: {
  readonly before: ChosenVersions;
  readonly after: ChosenVersions;
  readonly names: readonly string[];
  readonly home: string;
}): Touched {
  const { before, after, names, home } = change;
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
  const inHome = changed.filter((key) => scopeOf(key) === home);
  const containers = new Set(changed.map(scopeOf).filter((scope) => scope !== home && !names.includes(scope)));
  return {
    containers: [...containers].map((scope) => (scope === '' ? 'machine' : scope)).sort(),
    components: [...new Set(inHome.map(nameOf).filter((one) => !names.includes(one)))].sort(),
  };
}

export function chosenVersions({ roots }: Resolution): ChosenVersions {
  return new Map(
    roots.flatMap(({ scope, components }) =>
      components.map(({ name, version }) => [scope === '' ? name : `${scope}/${name}`, version] as const),
    ),
  );
}

/** A container counts for more than all components in it. */
export function weightOf({ containers, components }: Touched): number {
  return containers.length * 1000 + components.length;
}

/** `touches 9 containers`, `touches libseccomp`, `touches nothing else`. */
export function touchedText({ containers, components }: Touched): string {
  const others = containers.length === 1 ? (containers[0] ?? '') : `${containers.length} containers`;
  if (containers.length > 0) return `touches ${others}`;
  if (components.length === 0) return 'touches nothing else';
  return `touches ${components.length <= 2 ? components.join(' and ') : `${components.length} other components`}`;
}

function scopeOf(key: string): string {
  return key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
}

function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
