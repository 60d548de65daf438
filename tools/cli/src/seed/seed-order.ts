import { compareVersions, type Version } from '@moby/model';

/** What a library's lines are ordered by. */
export interface Ordered {
  readonly manifest: {
    readonly name: string;
    readonly version: Version;
    readonly provides: Readonly<Record<string, unknown>>;
    readonly requires: Readonly<Record<string, unknown>>;
  };
}

/**
 * An order in which what a component requires comes before it, wherever these are no circle, and of one component the older version before the
 * newer: so each release meets a registry that has its neighbours and the version that it is compared with. It depends on the releases alone.
 */
export function seedOrder<Release extends Ordered>(releases: readonly Release[]): readonly Release[] {
  const byName = new Map<string, Release[]>();
  const providers = new Map<string, Set<string>>();
  for (const release of releases) {
    const { name, provides } = release.manifest;
    byName.set(name, [...(byName.get(name) ?? []), release]);
    for (const capability of [name, ...Object.keys(provides)])
      providers.set(capability, (providers.get(capability) ?? new Set<string>()).add(name));
  }
  const ordered = new Map<string, readonly Release[]>();
  const place = (name: string, lines: readonly Release[]): void => {
    if (ordered.has(name)) return;
    // Here first, so that a circle ends; it moves behind what it needs below.
    ordered.set(name, []);
    const needed = new Set(
      lines.flatMap(({ manifest }) => Object.keys(manifest.requires).flatMap((each) => [...(providers.get(each) ?? [])])),
    );
    for (const one of [...needed].sort()) place(one, byName.get(one) ?? []);
    ordered.delete(name);
    ordered.set(
      name,
      lines.toSorted((a, b) => compareVersions(a.manifest.version, b.manifest.version)),
    );
  };
  for (const [name, lines] of [...byName].sort(([a], [b]) => (a < b ? -1 : 1))) place(name, lines);
  return [...ordered.values()].flat();
}
