import { intersects, parseRange, parseVersion, satisfies, type Universe, type UniverseVersion } from '@moby/model';

/**
 * What a proposed solution breaks of the rules of docs/reference/universe.md, as sentences; empty where it breaks none.
 * Written apart from the solver and from the oracle: it only looks, and searches nothing.
 */
export function brokenRules(universe: Universe, versions: Readonly<Record<string, string>>): readonly string[] {
  const { root, packages } = universe;
  const broken: string[] = [];
  const scopes = ['', ...Object.keys(root.scopes ?? {})];
  const chosen = Object.entries(versions).map(([key, version]) => {
    const slash = key.indexOf('/');
    const scope = slash < 0 ? '' : key.slice(0, slash);
    const name = key.slice(slash + 1);
    return { key, scope, name, version, item: packages[name]?.[version] };
  });
  type Chosen = (typeof chosen)[number];
  const range = (need: string, written: string): string => root.overrides?.[need] ?? written;
  const meets = (need: string, written: string, by: Chosen): boolean =>
    need.includes(':')
      ? by.item?.provides?.[need] !== undefined && admits(by.item.provides[need], range(need, written))
      : by.name === need && admits(by.version, range(need, written));
  const near = (item: UniverseVersion, need: string, scope: string): readonly Chosen[] => {
    const place = item.in?.[need] ?? 'root';
    return chosen.filter((by) => place === 'peer' || by.scope === (place === 'machine' ? '' : scope));
  };

  for (const { key, scope, name, version, item } of chosen) {
    if (!scopes.includes(scope)) broken.push(`${key} is in no scope`);
    if (item === undefined) {
      broken.push(`${key} ${version} does not exist`);
      continue;
    }
    if (item.yanked === true && root.locked?.[key] !== version) broken.push(`${key} ${version} is yanked`);
    if (root.platform !== undefined && item.platforms !== undefined && !item.platforms.includes(root.platform))
      broken.push(`${key} ${version} is for other platforms`);
    for (const where of ['*', scope]) {
      const constraint = root.constraints?.[where]?.[name];
      if (constraint !== undefined && !admits(version, range(name, constraint))) broken.push(`${key} ${version} is outside ${constraint}`);
    }
    for (const [need, written] of Object.entries(item.requires ?? {})) {
      if (!near(item, need, scope).some((by) => meets(need, written, by))) broken.push(`${key} ${version} lacks ${need}@${written}`);
    }
  }
  for (const one of chosen) {
    for (const [need, written] of Object.entries(root.conflicts ?? {}))
      if (meets(need, written, one)) broken.push(`${one.key} is forbidden`);
    for (const other of chosen) {
      if (other === one || other.scope !== one.scope) continue;
      for (const [need, written] of Object.entries(one.item?.conflicts ?? {}))
        if (meets(need, written, other)) broken.push(`${one.key} conflicts with ${other.key}`);
      for (const slot of one.item?.exclusive ?? [])
        if (other.item?.exclusive?.includes(slot) === true) broken.push(`${one.key} and ${other.key} hold ${slot}`);
    }
  }

  const reached = new Set<Chosen>();
  const reach = (candidates: readonly Chosen[], wants: Readonly<Record<string, string>>): void => {
    for (const [need, written] of Object.entries(wants)) {
      for (const by of candidates) if (meets(need, written, by)) reached.add(by);
    }
  };
  [root.requires ?? {}, ...Object.values(root.scopes ?? {})].forEach((wants, index) => {
    const here = chosen.filter(({ scope }) => scope === scopes[index]);
    for (const [need, written] of Object.entries(wants))
      if (!here.some((by) => meets(need, written, by))) broken.push(`the root lacks ${need}@${written} in '${scopes[index] ?? ''}'`);
    reach(here, wants);
  });
  for (const { item, scope } of reached) {
    if (item === undefined) continue;
    for (const wants of [item.requires ?? {}, item.recommends ?? {}]) {
      for (const [need, written] of Object.entries(wants)) reach(near(item, need, scope), { [need]: written });
    }
  }
  for (const one of chosen) if (!reached.has(one)) broken.push(`nothing needs ${one.key}`);
  return broken;
}

function admits(provided: string, range: string): boolean {
  const wanted = parseRange(range);
  const version = parseVersion(provided);
  if (wanted === undefined) return false;
  if (version !== undefined) return satisfies(version, wanted);
  const window = parseRange(provided);
  return window !== undefined && intersects(window, wanted);
}
