import type { Resolution } from '../resolve/resolution.ts';

/** What another choice changes beside the component that was chosen otherwise. */
export interface Touched {
  /** Other roots whose components change; `machine` for the machine's. */
  readonly containers: readonly string[];
  /** Other components of the component's own root that change. */
  readonly components: readonly string[];
}

/** `home` is the scope that the change is meant for, `''` for all and for the machine. */
export function touchedBy(change: {
  readonly before: Resolution;
  readonly after: Resolution;
  readonly name: string;
  readonly home: string;
}): Touched {
  const { before, after, name, home } = change;
  const [old, now] = [versionsOf(before), versionsOf(after)];
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key));
  const inHome = changed.filter((key) => scopeOf(key) === home);
  const containers = new Set(changed.map(scopeOf).filter((scope) => scope !== home));
  return {
    containers: [...containers].map((scope) => (scope === '' ? 'machine' : scope)).sort(),
    components: [...new Set(inHome.map(nameOf).filter((one) => one !== name))].sort(),
  };
}

/** `scope/name` → version. */
function versionsOf({ roots }: Resolution): ReadonlyMap<string, string> {
  return new Map(roots.flatMap(({ scope, components }) => components.map(({ name, version }) => [`${scope}/${name}`, version] as const)));
}

function scopeOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
