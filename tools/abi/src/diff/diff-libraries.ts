import type { ElfSymbols } from '@moby/model';
import { sorted } from '../order.ts';
import { added, broken, changed, counted, namesInWords, unknown, type FactsPair, type Found } from './abi-diff.ts';
import { linkerSymbols } from './linker-symbols.ts';
import { isSharedObject, offeredLibraries, type OfferedLibrary } from './offered-libraries.ts';

/** Sonames, symbol versions and exported symbols that other components can bind to, and plugins. */
export function diffLibraries(pair: FactsPair): readonly Found[] {
  const before = offeredLibraries(pair.before.facts);
  const after = offeredLibraries(pair.after.facts);
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, library]) => library);
  const come = [...after].filter(([key]) => !before.has(key)).map(([, library]) => library);
  const both = [...before].flatMap(([key, library]) => {
    const now = after.get(key);
    return now === undefined ? [] : [{ was: library, now }];
  });
  const next = new Map([...come].reverse().map(({ name }) => [stemOf(name), name]));
  return [
    ...gone.map((library) => goneLibrary(library, next)),
    ...come.map(({ name, elf }) => added({ kind: 'soname', name, file: elf.path, sentence: `${name} is new` })),
    ...both.flatMap((library) => diffVersions(pair, library)),
    ...diffPlugins(pluginsOf(pair.before, before), pluginsOf(pair.after, after)),
  ];
}

interface LibraryPair {
  readonly was: OfferedLibrary;
  readonly now: OfferedLibrary;
}

/** `come`: by stem, the new library that comes first. */
function goneLibrary({ name, elf }: OfferedLibrary, come: ReadonlyMap<string, string>): Found {
  const next = come.get(stemOf(name));
  return broken({
    kind: 'soname',
    name,
    file: elf.path,
    ...(next === undefined ? {} : { after: next }),
    sentence: `${name} is gone${next === undefined ? '' : `; ${next} is there instead`}`,
  });
}

/** `libssl.so.3` → `libssl`. */
function stemOf(name: string): string {
  return name.replace(/\.so(?:\..*)?$/, '').replace(/-[0-9.]+$/, '');
}

function diffVersions(pair: FactsPair, library: LibraryPair): readonly Found[] {
  const { was, now } = library;
  const { name } = now;
  const [old, own] = [new Set(was.elf.offers), new Set(now.elf.offers)];
  const gone = was.elf.offers.filter((version) => !own.has(version));
  const come = now.elf.offers.filter((version) => !old.has(version));
  const before = exportsOf(pair.before.symbols?.[was.elf.path]);
  const after = exportsOf(pair.after.symbols?.[now.elf.path]);
  const goneVersions = gone.map((version): Found => {
    const change = { kind: 'symbol-version', name: version, file: was.elf.path, ...symbolsAt(before, version) } as const;
    return isPrivate(version)
      ? changed({ ...change, sentence: `${name} has ${version} no more, which is for its own package alone` })
      : broken({ ...change, sentence: `${name} offers ${version} no more` });
  });
  const comeVersions = come.map((version): Found => {
    const { symbols = [] } = symbolsAt(after, version);
    const what = symbols.length === 0 ? version : `${version}: ${namesInWords(symbols)}`;
    return added({
      kind: 'symbol-version',
      name: version,
      file: now.elf.path,
      ...(symbols.length === 0 ? {} : { symbols }),
      sentence: `${name} offers ${what}`,
    });
  });
  const versions = { library, before, after, gone: new Set(gone), come: new Set(come) };
  return [...goneVersions, ...comeVersions, ...diffSymbols(pair, versions)];
}

interface VersionsOfLibrary {
  readonly library: LibraryPair;
  readonly before: Exports;
  readonly after: Exports;
  readonly gone: ReadonlySet<string>;
  readonly come: ReadonlySet<string>;
}

/** Names below the versions that both have; a version that is gone or new has been told with its names. */
function diffSymbols(pair: FactsPair, { library, before, after, gone, come }: VersionsOfLibrary): readonly Found[] {
  const { was, now } = library;
  const { name } = now;
  if (pair.before.symbols === undefined || pair.after.symbols === undefined) {
    const lacking = pair.before.symbols === undefined ? 'old' : 'new';
    const sentence = `nobody has read which symbols the ${lacking} ${name} exports`;
    return [unknown({ kind: 'symbol', name, file: now.elf.path, sentence })];
  }
  const lost = missingOf(before, after, gone);
  const won = missingOf(after, before, come);
  return [
    ...lost.map(([version, symbols]): Found => {
      const change = { kind: 'symbol', name: version === '' ? name : version, file: was.elf.path, symbols } as const;
      const what = `${counted(symbols.length, 'symbol')}${version === '' ? '' : ` of ${version}`}`;
      return isPrivate(version)
        ? changed({ ...change, sentence: `${name} lacks ${what}, for its own package alone: ${namesInWords(symbols)}` })
        : broken({ ...change, sentence: `${name} lacks ${what} that the old one exports: ${namesInWords(symbols)}` });
    }),
    ...won.map(([version, symbols]): Found => {
      const change = { kind: 'symbol', name: version === '' ? name : version, file: now.elf.path, symbols } as const;
      const sentence = `${name} exports ${counted(symbols.length, 'more symbol')}${version === '' ? '' : ` of ${version}`}: ${namesInWords(symbols)}`;
      return isPrivate(version) ? changed({ ...change, sentence }) : added({ ...change, sentence });
    }),
  ];
}

interface Exports {
  /** Version, or nothing → names, whether the version is the default or not. */
  readonly byVersion: ReadonlyMap<string, ReadonlySet<string>>;
  /** What a loader accepts for a name without a version. */
  readonly plain: ReadonlySet<string>;
}

function exportsOf(symbols: ElfSymbols | undefined): Exports {
  const byVersion = new Map<string, Set<string>>();
  const plain = new Set<string>();
  for (const [group, text] of Object.entries(symbols?.exports ?? {})) {
    const names = text.split(' ').filter((name) => !Object.hasOwn(linkerSymbols, name));
    const version = group.replace(/^@@?/, '');
    const known = byVersion.get(version);
    if (known === undefined) byVersion.set(version, new Set(names));
    else for (const name of names) known.add(name);
    if (!group.startsWith('@') || group.startsWith('@@')) for (const name of names) plain.add(name);
  }
  return { byVersion, plain };
}

/** Version → the names that one exports and the other can't be asked for, without the versions that are `known` already. */
function missingOf(one: Exports, other: Exports, known: ReadonlySet<string>): readonly (readonly [string, readonly string[]])[] {
  return sorted(one.byVersion.keys()).flatMap((version) => {
    if (known.has(version)) return [];
    // ld.so takes any version from a library without versions.
    const there = version === '' ? other.plain : (other.byVersion.get(version) ?? (isUnversioned(other) ? other.plain : undefined));
    const names = [...(one.byVersion.get(version) ?? [])].filter((name) => there?.has(name) !== true);
    return names.length === 0 ? [] : [[version, sorted(names)] as const];
  });
}

function isUnversioned({ byVersion }: Exports): boolean {
  return [...byVersion.keys()].every((version) => version === '');
}

function symbolsAt({ byVersion }: Exports, version: string): { readonly symbols?: readonly string[] } {
  const names = byVersion.get(version);
  // Linkers export a version's own name, too.
  const listed = sorted(names ?? []).filter((name) => name !== version);
  return listed.length === 0 ? {} : { symbols: listed };
}

/** `GLIBC_PRIVATE`, `LIBSYSTEMD_PRIVATE`: a promise to nobody. */
function isPrivate(version: string): boolean {
  return /_?PRIVATE(?:_|$)/.test(version);
}

/** Shared objects outside of the folders that are searched. One with a soname is its package's own; one without is loaded by its path. */
function diffPlugins(old: Plugins, own: Plugins): readonly Found[] {
  const gone = [...old].filter(([path]) => !own.has(path));
  const come = [...own].filter(([path]) => !old.has(path));
  return [
    ...gone.map(([path, isOwn]): Found => {
      const change = { kind: 'plugin', name: path.slice(path.lastIndexOf('/') + 1), file: path } as const;
      return isOwn
        ? changed({ ...change, sentence: `${path}, a library for its own package alone, is gone` })
        : broken({ ...change, sentence: `${path} is gone, which can only be loaded by its path` });
    }),
    ...come.map(([path, isOwn]): Found => {
      const change = { kind: 'plugin', name: path.slice(path.lastIndexOf('/') + 1), file: path } as const;
      return isOwn
        ? changed({ ...change, sentence: `${path} is new, for its own package alone` })
        : added({ ...change, sentence: `${path} is new` });
    }),
  ];
}

/** Path → whether it has a soname. */
type Plugins = ReadonlyMap<string, boolean>;

function pluginsOf({ facts }: FactsPair['before'], libraries: ReadonlyMap<string, OfferedLibrary>): Plugins {
  const offered = new Set([...libraries.values()].map(({ elf }) => elf.path));
  return new Map(
    facts.elf
      .filter((elf) => isSharedObject(elf) && !offered.has(elf.path))
      .map((elf) => [elf.path, elf.soname !== undefined] as const)
      .filter(([path]) => !/\.ko(?:\.|$)/.test(path)),
  );
}
