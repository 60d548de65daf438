import { type ElfFacts, type Facts, isCapability, type Platform, type PlatformFacts, platforms } from '@moby/model';
import { isElfFile, loadElf, outcomesForAll, type ElfFile } from './load.ts';
import { type ElfKind, fitOf, systemLibraryFolders } from './machine.ts';
import { sorted, sortedRecord } from './order.ts';
import { buildComponentTree, type RootTree } from './root-tree.ts';
import { compareSymbolVersions, parseSymbolVersion, type SymbolVersion, toSemver } from './symbol-version.ts';

/** What the tool writes into a manifest under `component.proven`; keys sorted. */
export interface ProvenCapabilities {
  /** Capability → exact version. */
  readonly provides: Readonly<Record<string, string>>;
  /** Capability → range; all of them in the same root. */
  readonly requires: Readonly<Record<string, string>>;
  /** Platform → what it requires and not every other one does; empty where all require the same. */
  readonly onlyOn: Readonly<Partial<Record<Platform, readonly string[]>>>;
}

/** The version of a soname as such: it is there or not, so every need of it is `*`. */
const presence = '1.0.0';

/**
 * A component's `soname:` capabilities, from its facts (docs/reference/facts.md, "Capabilities"). They are what the solver
 * chooses by: for what a program loads never stricter than the exact check, so that nothing that fits is refused, and nearly
 * as strict, so that it rarely chooses what the check then refuses. What a plugin needs is required too, though its absence
 * is only a warning of the check: whoever doesn't want it leaves the plugin out.
 */
export function deriveCapabilities(facts: Facts): ProvenCapabilities {
  const provided = new Map<string, SymbolVersion[]>();
  const required = new Map<string, SymbolVersion[]>();
  const byPlatform = new Map<Platform, readonly string[]>();
  for (const platform of platforms) {
    const own = facts.platforms[platform];
    if (own === undefined) continue;
    const needed = newestByName(requiredBy(own, platform));
    byPlatform.set(platform, [...needed.keys()]);
    mergeInto(provided, newestByName(providedBy(own, platform)));
    mergeInto(required, needed);
  }
  // A family may begin elsewhere on another platform (GLIBC_2.2.5 of amd64 is GLIBC_2.17 of arm64), so where platforms differ the
  // most that is offered and the least that is needed count: else what fits on each of them would be refused.
  const provides = [...provided].map(
    ([name, versions]) => [name, semverOf(versions.reduce((a, b) => (compareSymbolVersions(a, b) >= 0 ? a : b)))] as const,
  );
  const requires = [...required].map(
    ([name, versions]) => [name, rangeOf(versions.reduce((a, b) => (compareSymbolVersions(a, b) <= 0 ? a : b)))] as const,
  );
  return { provides: sortedRecord(provides), requires: sortedRecord(requires), onlyOn: notOnAll(byPlatform) };
}

/** What not every platform requires, first of all its loader: elsewhere nobody has to offer it. */
function notOnAll(byPlatform: ReadonlyMap<Platform, readonly string[]>): ProvenCapabilities['onlyOn'] {
  const onlyOn: Partial<Record<Platform, readonly string[]>> = {};
  const sets = [...byPlatform.values()].map((names) => new Set(names));
  for (const [platform, names] of byPlatform) {
    const own = names.filter((name) => sets.some((others) => !others.has(name)));
    if (own.length > 0) onlyOn[platform] = sorted(own);
  }
  return onlyOn;
}

/** A soname alone has no numbers. */
interface NamedVersion {
  readonly name: string;
  readonly version: SymbolVersion;
}

const bare: SymbolVersion = { family: '', numbers: [] };

function semverOf(version: SymbolVersion): string {
  return version.numbers.length === 0 ? presence : toSemver(version);
}

function rangeOf(version: SymbolVersion): string {
  return version.numbers.length === 0 ? '*' : `>=${toSemver(version)}`;
}

function capabilityOf(kind: ElfKind, platform: Platform, soname: string): string {
  // The platform's own kind has the plain name; a 32-bit library beside it can't be taken for it.
  const kindPrefix = fitOf(kind, platform) === 'native' ? '' : `${kind.machine}.${kind.class}/`;
  return `soname:${kindPrefix}${soname}`;
}

function providedBy(facts: PlatformFacts, platform: Platform): readonly NamedVersion[] {
  const tree = buildComponentTree(facts);
  const paths = [...facts.elf.map((file) => file.path), ...Object.keys(facts.links)].filter((path) => path.startsWith('/usr/lib'));
  return paths.flatMap((path): readonly NamedVersion[] => {
    const file = tree.find(path);
    if (!isElfFile(file) || !isOfferedAs(file.elf, path)) return [];
    const name = capabilityOf(file.elf, platform, baseName(path));
    return [{ name, version: bare }, ...familiesOf(name, file.elf.offers)];
  });
}

/**
 * A loader looks for a file's name, so a soname is offered where a file or link of that name is. Without a soname the
 * file's own name counts, but only in a folder that every program searches. A loader is asked for by its path.
 */
export function isOfferedAs(elf: ElfFacts, path: string): boolean {
  const name = baseName(path);
  if (elf.soname === name || /^ld(?:64)?(?:-[^/]*)?\.so\.\d+$/.test(name)) return true;
  const folder = path.slice(0, path.lastIndexOf('/'));
  return elf.soname === undefined && elf.interpreter === undefined && name.includes('.so') && systemLibraryFolders(elf).includes(folder);
}

function requiredBy(facts: PlatformFacts, platform: Platform): readonly NamedVersion[] {
  const tree = buildComponentTree(facts);
  const files = tree.files.filter(isElfFile).filter((file) => fitOf(file.elf, platform) !== 'foreign');
  const byKind = Map.groupBy(files, ({ elf }) => `${elf.machine}.${elf.class}`);
  return [...byKind.values()].flatMap((alike) => [...loadersRequired(tree, alike, platform), ...librariesRequired(tree, alike, platform)]);
}

function isProgram({ elf }: ElfFile): boolean {
  return elf.interpreter !== undefined;
}

function loadersRequired(tree: RootTree, files: readonly ElfFile[], platform: Platform): readonly NamedVersion[] {
  return files.flatMap(({ elf }) => {
    const { interpreter } = elf;
    if (interpreter === undefined || isElfFile(tree.find(interpreter))) return [];
    return [{ name: capabilityOf(elf, platform, baseName(interpreter)), version: bare }];
  });
}

/** Of files of one kind. */
function librariesRequired(tree: RootTree, files: readonly ElfFile[], platform: Platform): readonly NamedVersion[] {
  const outcomes = outcomesForAll(tree, files);
  if (outcomes === undefined) return librariesLoaded(tree, files, platform);
  const isOwn = (library: string): boolean => outcomes.get(library) !== undefined;
  return files.flatMap((file) => [
    ...file.elf.needed
      .filter((library) => !isOwn(library))
      .map((library) => ({ name: capabilityOf(file.elf, platform, library), version: bare })),
    ...versionsRequired(file, { platform, isOwn }),
  ]);
}

/** The same by loading each program, and each library that no program loads. */
function librariesLoaded(tree: RootTree, files: readonly ElfFile[], platform: Platform): readonly NamedVersion[] {
  const reached = new Set<ElfFile>();
  const needs = new Map<string, NamedVersion>();
  const add = (need: NamedVersion): void => {
    const known = needs.get(need.name);
    if (known === undefined || compareSymbolVersions(need.version, known.version) > 0) needs.set(need.name, need);
  };
  for (const start of [...files.filter(isProgram), ...files.filter((file) => !isProgram(file))]) {
    if (reached.has(start) && !isProgram(start)) continue;
    const result = loadElf(tree, start);
    for (const need of result.needs) {
      // A library asked for by its path is the exact check's business: a capability has no folders.
      if (need.found === undefined && !need.library.includes('/'))
        add({ name: capabilityOf(need.file.elf, platform, need.library), version: bare });
    }
    const isOwn = (library: string): boolean => result.byName.has(library);
    for (const file of result.files) {
      reached.add(file);
      tree.spend(file.elf.needs.reduce((sum, { library, versions }) => sum + library.length * (1 + versions.length), 0));
      for (const need of versionsRequired(file, { platform, isOwn })) add(need);
    }
  }
  return [...needs.values()];
}

function versionsRequired(
  file: ElfFile,
  context: { readonly platform: Platform; readonly isOwn: (library: string) => boolean },
): readonly NamedVersion[] {
  return file.elf.needs
    .filter((need) => !context.isOwn(need.library) && !need.library.includes('/'))
    .flatMap((need) => {
      const weak = new Set(need.weak);
      return familiesOf(
        capabilityOf(file.elf, context.platform, need.library),
        need.versions.filter((version) => !weak.has(version)),
      );
    });
}

/** `soname:libc.so.6` and GLIBC_2.4 → `soname:libc.so.6/GLIBC` 2.4; versions without an order are left out. */
function familiesOf(name: string, versions: readonly string[]): readonly NamedVersion[] {
  return versions.flatMap((text) => {
    const version = parseSymbolVersion(text);
    return version === undefined ? [] : [{ name: `${name}/${version.family}`, version }];
  });
}

function newestByName(versions: readonly NamedVersion[]): ReadonlyMap<string, SymbolVersion> {
  const newest = new Map<string, SymbolVersion>();
  for (const { name, version } of versions) {
    const known = newest.get(name);
    if (isCapability(name) && (known === undefined || compareSymbolVersions(version, known) > 0)) newest.set(name, version);
  }
  return newest;
}

function mergeInto(all: Map<string, SymbolVersion[]>, one: ReadonlyMap<string, SymbolVersion>): void {
  for (const [name, version] of one) all.set(name, [...(all.get(name) ?? []), version]);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
