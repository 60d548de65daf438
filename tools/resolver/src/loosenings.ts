import { parseVersion, upstreamOf, VersionList, type Universe } from '@moby/model';
import type { Catalogue } from './catalogue.ts';
import type { Loosening, RootFact } from './result.ts';
import { withRange } from './root-facts.ts';
import type { Prober } from './prober.ts';

/** Versions that are tried for one entry, newest first. */
const maxVersionsTried = 40;

/**
 * For each entry and constraint of the core the range around the newest version with which it solves: `^` of its major
 * and minor number, else `~`, else the version itself. Each is tried by solving.
 */
export function findLoosenings(universe: Universe, core: readonly RootFact[], prober: Prober): readonly Loosening[] {
  return core.flatMap((fact) => {
    if (fact.kind !== 'root-requires' && fact.kind !== 'root-constrains') return [];
    const range = looserRange(universe, fact, prober);
    return range === undefined ? [] : [{ fact, range }];
  });
}

function looserRange(universe: Universe, fact: RootFact, prober: Prober): string | undefined {
  const solvesWith = (range: string): boolean => prober.try(withRange(universe, fact, range)).kind === 'solution';
  for (const version of candidatesOf(prober.catalogue, fact).slice(0, maxVersionsTried)) {
    if (!solvesWith(version)) continue;
    return rangesAround(version).find((range) => range !== fact.range && solvesWith(range)) ?? version;
  }
  return undefined;
}

/** Versions of a package, or versions in which a capability is provided, newest first. */
function candidatesOf(catalogue: Catalogue, fact: RootFact): readonly string[] {
  if (!fact.need.includes(':')) return (catalogue.package(fact.need)?.list.versions ?? []).map(upstreamOf).filter(isFirst);
  const provided = catalogue
    .providers(fact.need)
    .flatMap((name) => catalogue.package(name)?.items ?? [])
    .flatMap(({ provides }) => provides?.[fact.need] ?? []);
  return new VersionList(provided.flatMap((text) => parseVersion(text) ?? [])).versions.map(upstreamOf).filter(isFirst);
}

function rangesAround(version: string): readonly string[] {
  if (version.includes('-')) return [`^${version}`];
  const [major, minor] = version.split('.');
  return [`^${major}.${minor}`, `~${major}.${minor}`];
}

function isFirst(version: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(version) === index;
}
