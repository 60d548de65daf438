import type { PlatformFacts } from '@moby/model';
import type { ClosureContext, MissingLibrary } from './close-over.ts';
import { libraryPath } from './find-library.ts';
import { libraryNeeds } from './library-needs.ts';
import { factsOf, keepPath, linkChain, type SelectedPackage, type Selection } from './selection.ts';

/** What was left out, and why: `plugins that need libldap.so.2`. */
export interface Omission {
  readonly paths: readonly string[];
  readonly reason: string;
}

const maxOwnLibraries = 8;

/**
 * Plugins, and programs that others start, are kept where what they load is there: with the package, in the library of
 * components, or among what is missing anyway. Nobody can tell which of them a service can't do without, so none brings a
 * library of its own in.
 */
export function keepOptional(
  paths: readonly { readonly selected: SelectedPackage; readonly path: string }[],
  context: ClosureContext & { readonly missing: readonly MissingLibrary[] },
): readonly Omission[] {
  const omitted = new Map<string, string[]>();
  for (const { selected, path } of paths) {
    const lacking = tryKeep(selected, path, context);
    if (lacking !== undefined) omitted.set(lacking, [...(omitted.get(lacking) ?? []), path]);
  }
  return [...omitted].map(([reason, left]) => ({ paths: left, reason: `needs ${reason}` })).sort((a, b) => (a.reason < b.reason ? -1 : 1));
}

/** Keeps a file with its own package's libraries; else gives the name of the first library that is not there. */
function tryKeep(
  selected: SelectedPackage,
  path: string,
  context: ClosureContext & { readonly missing: readonly MissingLibrary[] },
): string | undefined {
  const { selection, offers, missing } = context;
  const name = selected.opened.pin.package;
  const tried = new Map<string, Set<string>>([[name, new Set(linkChain(selected.opened, path))]]);
  for (let round = 0; round < maxOwnLibraries; round += 1) {
    const unmet = libraryNeeds(selection, alone(factsOf(selection, tried), selection, tried)).filter(
      (need) => offers.library(need, selection.platform) === undefined && !missing.some((other) => other.need.soname === need.soname),
    );
    const [first] = unmet;
    if (first === undefined) {
      for (const [owner, also] of tried) {
        const target = selection.packages.get(owner);
        for (const one of also) if (target !== undefined) keepPath(target, one);
      }
      return undefined;
    }
    if (!addOwn(selection, first.soname, tried)) return first.soname;
  }
  return 'many libraries of its own';
}

/** Only what is tried is judged; what is kept already is there to be loaded. */
function alone(facts: PlatformFacts, selection: Selection, tried: ReadonlyMap<string, ReadonlySet<string>>): PlatformFacts {
  const asked = new Set([...tried.values()].flatMap((paths) => [...paths].map((path) => `/${path}`)));
  const kept = new Set([...selection.packages.values()].flatMap(({ kept: own }) => [...own].map((path) => `/${path}`)));
  return { ...facts, elf: facts.elf.filter(({ path, soname }) => asked.has(path) || (kept.has(path) && soname !== undefined)) };
}

function addOwn(selection: Selection, soname: string, tried: Map<string, Set<string>>): boolean {
  for (const [name, { opened, kept }] of selection.packages) {
    const path = libraryPath(opened, soname);
    const also = tried.get(name) ?? new Set<string>();
    if (path === undefined || kept.has(path) || also.has(path)) continue;
    for (const one of linkChain(opened, path)) also.add(one);
    tried.set(name, also);
    return true;
  }
  return false;
}
