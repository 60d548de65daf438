import type { Universe, UniverseRoot, UniverseVersion } from '@moby/model';

/** A universe of which nothing can be left out without the failure going away. */
export function shrinkUniverse(universe: Universe, fails: (smaller: Universe) => boolean): Universe {
  for (let current = universe; ;) {
    const next = smallerOnes(current).find(fails);
    if (next === undefined) return current;
    current = next;
  }
}

function smallerOnes({ packages, root }: Universe): readonly Universe[] {
  return [
    ...withoutEach(packages).map((rest) => ({ packages: rest, root })),
    ...smallerRoots(root).map((rest) => ({ packages, root: rest })),
    ...withinEach(packages, (versions) => [...withoutEach(versions), ...withinEach(versions, smallerVersions)]).map((rest) => ({
      packages: rest,
      root,
    })),
  ];
}

function smallerRoots(root: UniverseRoot): readonly UniverseRoot[] {
  const keys = ['requires', 'scopes', 'conflicts', 'constraints', 'overrides', 'defaults', 'locked'] as const;
  const entries = keys.flatMap((key) => {
    const value = root[key];
    return value === undefined ? [] : withoutEach<unknown>(value).map((rest) => ({ ...root, [key]: rest }));
  });
  const scopes = withinEach(root.scopes ?? {}, (wants) => withoutEach(wants)).map((rest) => ({ ...root, scopes: rest }));
  return [...withoutEach(root), ...entries, ...scopes];
}

function smallerVersions(version: UniverseVersion): readonly UniverseVersion[] {
  const keys = ['requires', 'recommends', 'provides', 'conflicts'] as const;
  return [...withoutEach(version), ...keys.flatMap((key) => withoutEach(version[key] ?? {}).map((rest) => ({ ...version, [key]: rest })))];
}

function withoutEach<Value>(record: Readonly<Record<string, Value>>): readonly Record<string, Value>[];
function withoutEach<Whole extends object>(record: Whole): readonly Whole[];
function withoutEach(record: object): readonly object[] {
  return Object.keys(record).map((left) => Object.fromEntries(Object.entries(record).filter(([key]) => key !== left)));
}

function withinEach<Value>(
  record: Readonly<Record<string, Value>>,
  smaller: (value: Value) => readonly Value[],
): readonly Record<string, Value>[] {
  return Object.entries(record).flatMap(([key, value]) => smaller(value).map((less) => ({ ...record, [key]: less })));
}
