import {
  bothRanges,
  isCapability,
  parseComponentName,
  parseRange,
  type ComponentName,
  type Manifest,
  type Range,
  type Requirement,
  type Universe,
  type UniverseRoot,
  type UniverseVersion,
} from '@moby/model';
import type { Assembly, RootWish } from '../parse/assembly.ts';
import { kernelCapability, type Catalogue } from './read-catalogue.ts';

/** Which versions stood in which root before: what the lock says. `name` or `scope/name` → version. */
export type LockedVersions = Readonly<Record<string, string>>;

/** An assembly and the components there are, in the solver's words: one scope a container, the machine without a prefix. */
export function toUniverse(assembly: Assembly, catalogue: Catalogue, locked: LockedVersions): Universe {
  const packages: Record<string, Record<string, UniverseVersion>> = {};
  for (const [name, offers] of catalogue) {
    packages[name] = Object.fromEntries(
      offers.map(({ manifest, notice }) => [
        manifest.version,
        { ...toVersion(manifest, assembly, catalogue), ...(notice === undefined ? {} : { [notice.kind]: true }) },
      ]),
    );
  }
  return { packages, root: toRoot(assembly, catalogue, locked) };
}

function toVersion(manifest: Manifest, assembly: Assembly, catalogue: Catalogue): UniverseVersion {
  const requires: Record<string, string> = {};
  const places: Record<string, Requirement['in']> = {};
  const recommends: Record<string, string> = {};
  for (const [need, requirement] of Object.entries(manifest.requires)) {
    if (requirement.platforms?.some((platform) => assembly.platforms.includes(platform)) === false) continue;
    requires[need] = requirement.range;
    places[need] = placeOf(need, requirement, catalogue);
  }
  for (const [need, requirement] of Object.entries(manifest.recommends)) {
    recommends[need] = requirement.range;
    places[need] = placeOf(need, requirement, catalogue);
  }
  if (manifest.kernel?.version !== undefined) {
    requires[kernelCapability] = bothRanges(manifest.kernel.version, rangeOf(requires[kernelCapability] ?? '*'));
    places[kernelCapability] = 'machine';
  }
  const supported = assembly.platforms.every((platform) => manifest.payload.platforms[platform] !== undefined);
  return {
    requires,
    in: places,
    recommends,
    provides: manifest.provides,
    conflicts: manifest.conflicts,
    exclusive: manifest.exclusive,
    platforms: supported
      ? assembly.platforms
      : assembly.platforms.slice(1).filter((platform) => manifest.payload.platforms[platform] !== undefined),
  };
}

/** Kernel, init and runtime are the machine's, unless the manifest says that it means one of its own. */
function placeOf(need: string, requirement: Requirement, catalogue: Catalogue): Requirement['in'] {
  if (requirement.stated || isCapability(need)) return requirement.in;
  const name = parseComponentName(need);
  const offers = name === undefined ? [] : (catalogue.get(name) ?? []);
  return offers.some(({ manifest: { kind } }) => kind === 'kernel' || kind === 'init' || kind === 'runtime') ? 'machine' : requirement.in;
}

function toRoot(assembly: Assembly, catalogue: Catalogue, locked: LockedVersions): UniverseRoot {
  const constraints: Record<string, Readonly<Record<string, string>>> = {};
  // A replacement of what is in without a wish has nowhere else to keep its range.
  const everywhere = [...assembly.constraints, ...assembly.replacements.filter(({ wished }) => !wished).map(({ to }) => to)];
  if (everywhere.length > 0) constraints['*'] = merged(everywhere);
  const scopes: Record<string, Readonly<Record<string, string>>> = {};
  for (const entry of assembly.entries) {
    scopes[entry.name] = merged([entry.wish, ...entry.with]);
    if (entry.constraints.length > 0) constraints[entry.name] = merged(entry.constraints);
  }
  return {
    ...(assembly.platforms[0] === undefined ? {} : { platform: assembly.platforms[0] }),
    requires: merged([assembly.kernel, assembly.init, ...assembly.machine]),
    scopes,
    constraints,
    conflicts: Object.fromEntries([...assembly.forbidden, ...replacedByOthers(assembly)].map(({ name }) => [name, '*'])),
    defaults: Object.fromEntries(Object.entries(defaultsOf(assembly, catalogue)).map(([capability, { name }]) => [capability, name])),
    locked,
  };
}

/** What is replaced by another line of itself stays, in that line. */
function replacedByOthers({ replacements }: Assembly): readonly RootWish[] {
  return replacements.filter(({ from, to }) => from.name !== to.name).map(({ from }) => from);
}

/**
 * Capability → who is preferred for it: the assembly's defaults, and over them each replacement for what the replaced one
 * offers. Where it offers none of that, it is named for all of it, and `wrongNames` says so.
 */
export function defaultsOf(assembly: Assembly, catalogue: Catalogue): Assembly['defaults'] {
  const offers = (name: ComponentName): readonly string[] =>
    [...new Set((catalogue.get(name) ?? []).flatMap(({ manifest }) => Object.keys(manifest.provides)))].sort();
  const replaced = assembly.replacements.flatMap(({ from, to, wished }) => {
    const offered = offers(from.name);
    const shared = offered.filter((capability) => offers(to.name).includes(capability));
    return (shared.length === 0 && !wished ? offered : shared).map((capability): [string, RootWish] => [capability, to]);
  });
  return { ...assembly.defaults, ...Object.fromEntries(replaced) };
}

/** Wishes about one component add up. */
function merged(wishes: readonly RootWish[]): Readonly<Record<string, Range>> {
  const ranges: Record<string, Range> = {};
  for (const { name, range } of wishes) {
    const before = ranges[name];
    ranges[name] = before === undefined ? range : bothRanges(before, range);
  }
  return ranges;
}

function rangeOf(text: string): Range {
  const range = parseRange(text);
  if (range === undefined) throw new TypeError(`not a range: ${text}`);
  return range;
}
