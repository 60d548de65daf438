import { Failure, offerMeets, parseRange, parseVersion, VersionList } from '@moby/model';
import type { Range, RequirementPlace, Universe, UniverseVersion, Version } from '@moby/model';
import { at } from './at.ts';
import { emptySet, has, insert, type ValueSet } from './value-set.ts';

/** The versions of one package, most preferred first: not deprecated before deprecated, then newest first. */
export interface Package {
  readonly name: string;
  readonly versions: readonly string[];
  readonly items: readonly UniverseVersion[];
  /** The size of its variable's domain: the versions and "absent". */
  readonly size: number;
  readonly list: VersionList;
  /** For each index of `list` the value of that version. */
  readonly valueOfListed: readonly number[];
}

/** What is asked for: the same for all versions that ask it. */
export interface Atom {
  /** Package or capability. */
  readonly need: string;
  /** After overrides. */
  readonly range: string;
  /** What stood there before an override. */
  readonly written?: string;
  readonly in: RequirementPlace;
}

/** An atom with the versions of one package that carry it. */
export interface Row {
  readonly atom: Atom;
  readonly carriers: ValueSet;
}

export interface Rows {
  readonly requires: readonly Row[];
  readonly recommends: readonly Row[];
  readonly conflicts: readonly Row[];
  readonly exclusive: readonly { readonly slot: string; readonly carriers: ValueSet }[];
}

/** The versions of one package that meet an atom. */
export interface Offer {
  readonly package: Package;
  readonly set: ValueSet;
}

/**
 * An index over a universe. Everything is ordered by name (code units) or by version, never by the order of keys in
 * `packages`; texts are parsed when they are first needed.
 */
export class Catalogue {
  readonly universe: Universe;
  readonly #packages: Map<string, Package>;
  readonly #rows: Map<Package, Rows>;
  readonly #offers: Map<string, readonly Offer[]>;
  #providers: ReadonlyMap<string, readonly string[]> | undefined;
  #holders: ReadonlyMap<string, readonly Offer[]> | undefined;

  /** `like` is a catalogue of the same packages under another root; what was read of them is shared. */
  constructor(universe: Universe, like?: Catalogue) {
    this.universe = universe;
    this.#packages = like === undefined ? new Map<string, Package>() : like.#packages;
    this.#offers = like === undefined ? new Map<string, readonly Offer[]>() : like.#offers;
    this.#providers = like === undefined ? undefined : like.#providers;
    this.#holders = like === undefined ? undefined : like.#holders;
    const sameRanges = JSON.stringify(like?.universe.root.overrides ?? {}) === JSON.stringify(universe.root.overrides ?? {});
    this.#rows = like !== undefined && sameRanges ? like.#rows : new Map<Package, Rows>();
  }

  get names(): readonly string[] {
    return Object.keys(this.universe.packages).toSorted(byCodeUnits);
  }

  package(name: string): Package | undefined {
    const known = this.#packages.get(name);
    if (known !== undefined) return known;
    const made = Object.hasOwn(this.universe.packages, name) ? makePackage(name, this.universe.packages[name] ?? {}) : undefined;
    if (made !== undefined) this.#packages.set(name, made);
    return made;
  }

  /** The range on a name after overrides. */
  atom(need: string, written: string, place: RequirementPlace): Atom {
    const overrides = this.universe.root.overrides ?? {};
    const range = Object.hasOwn(overrides, need) ? (overrides[need] ?? written) : written;
    return { need, range, in: place, ...(range === written ? {} : { written }) };
  }

  rows(of: Package): Rows {
    let rows = this.#rows.get(of);
    if (rows === undefined) this.#rows.set(of, (rows = this.#makeRows(of)));
    return rows;
  }

  /** Every package with the versions that meet a range, by name; those of which none does are left out. */
  offers(need: string, range: string): readonly Offer[] {
    const key = `${need}\n${range}`;
    let offers = this.#offers.get(key);
    if (offers === undefined) this.#offers.set(key, (offers = this.#makeOffers(need, range)));
    return offers;
  }

  /** Packages of which some version provides a capability, by name. */
  providers(capability: string): readonly string[] {
    this.#providers ??= indexOf(this.universe, ({ provides }) => Object.keys(provides ?? {}));
    return this.#providers.get(capability) ?? [];
  }

  /** What there is of a name, whatever the range: versions, or `name version (what it provides)`; newest first. */
  available(need: string): readonly string[] {
    if (!need.includes(':')) return this.package(need)?.list.versions ?? [];
    return this.providers(need).flatMap((name) => {
      const of = this.package(name);
      if (of === undefined) return [];
      return of.items.flatMap(({ provides }, index) =>
        provides !== undefined && Object.hasOwn(provides, need) ? [`${name} ${at(of.versions, index)} (${provides[need] ?? ''})`] : [],
      );
    });
  }

  /** Packages of which some version holds an exclusive slot, by name. */
  holders(slot: string): readonly Offer[] {
    this.#holders ??= this.#makeHolders();
    return this.#holders.get(slot) ?? [];
  }

  #makeHolders(): ReadonlyMap<string, readonly Offer[]> {
    const holders = new Map<string, Offer[]>();
    for (const [slot, names] of indexOf(this.universe, ({ exclusive }) => exclusive ?? [])) {
      const offers = names
        .flatMap((name) => this.package(name) ?? [])
        .map((of) => ({ package: of, set: where(of, (item) => item.exclusive?.includes(slot) ?? false) }));
      holders.set(slot, offers);
    }
    return holders;
  }

  #makeOffers(need: string, range: string): readonly Offer[] {
    if (!need.includes(':')) {
      const of = this.package(need);
      const set = of === undefined ? undefined : admitted(of, range);
      return of === undefined || set === undefined || set.every((word) => word === 0) ? [] : [{ package: of, set }];
    }
    const offers: Offer[] = [];
    const meets = judgeOf(range);
    for (const name of this.providers(need)) {
      const of = this.package(name);
      if (of === undefined) continue;
      const set = where(of, ({ provides }) => provides !== undefined && Object.hasOwn(provides, need) && meets(provides[need] ?? ''));
      if (set.some((word) => word !== 0)) offers.push({ package: of, set });
    }
    return offers;
  }

  #makeRows(of: Package): Rows {
    const requires = new Map<string, Row>();
    const recommends = new Map<string, Row>();
    const conflicts = new Map<string, Row>();
    const exclusive = new Map<string, ValueSet>();
    of.items.forEach((item, index) => {
      for (const [need, range] of Object.entries(item.requires ?? {}))
        this.#enter(requires, of, [index, this.atom(need, range, placeOf(item, need))]);
      for (const [need, range] of Object.entries(item.recommends ?? {}))
        this.#enter(recommends, of, [index, this.atom(need, range, placeOf(item, need))]);
      for (const [need, range] of Object.entries(item.conflicts ?? {})) this.#enter(conflicts, of, [index, this.atom(need, range, 'root')]);
      for (const slot of item.exclusive ?? []) {
        const carriers = exclusive.get(slot) ?? emptySet(of.size);
        insert(carriers, index + 1);
        exclusive.set(slot, carriers);
      }
    });
    const slots = [...exclusive].map(([slot, carriers]) => ({ slot, carriers })).toSorted((a, b) => byCodeUnits(a.slot, b.slot));
    return { requires: inOrder(requires), recommends: inOrder(recommends), conflicts: inOrder(conflicts), exclusive: slots };
  }

  #enter(rows: Map<string, Row>, of: Package, [index, atom]: readonly [number, Atom]): void {
    const key = [atom.need, atom.range, atom.in, atom.written ?? ''].join('\n');
    let row = rows.get(key);
    if (row === undefined) rows.set(key, (row = { atom, carriers: emptySet(of.size) }));
    insert(row.carriers, index + 1);
  }
}

/** Rows that one version carries. */
export function carriedBy(rows: readonly Row[], value: number): readonly Row[] {
  return rows.filter(({ carriers }) => has(carriers, value));
}

export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The values whose version passes. */
export function where(of: Package, passes: (item: UniverseVersion, version: string) => boolean): ValueSet {
  const set = emptySet(of.size);
  of.items.forEach((item, index) => {
    if (passes(item, at(of.versions, index))) insert(set, index + 1);
  });
  return set;
}

/** The values whose version lies in a range. */
export function admitted(of: Package, range: string): ValueSet {
  const set = emptySet(of.size);
  for (const index of of.list.admittedBy(rangeOf(range))) insert(set, at(of.valueOfListed, index));
  return set;
}

function makePackage(name: string, entries: Readonly<Record<string, UniverseVersion>>): Package {
  const list = new VersionList(Object.keys(entries).map((text) => versionOf(name, text)));
  const sorted = [...list.versions].map((version, listed) => ({ version, listed, item: entries[version] ?? {} }));
  sorted.sort((a, b) => Number(a.item.deprecated ?? false) - Number(b.item.deprecated ?? false) || a.listed - b.listed);
  const valueOfListed: number[] = [];
  sorted.forEach(({ listed }, index) => (valueOfListed[listed] = index + 1));
  return {
    name,
    versions: sorted.map(({ version }) => version),
    items: sorted.map(({ item }) => item),
    size: sorted.length + 1,
    list,
    valueOfListed,
  };
}

function indexOf(universe: Universe, keysOf: (item: UniverseVersion) => readonly string[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, Set<string>>();
  for (const [name, versions] of Object.entries(universe.packages)) {
    for (const item of Object.values(versions)) {
      for (const key of keysOf(item)) {
        const known = names.get(key) ?? new Set();
        names.set(key, known.add(name));
      }
    }
  }
  return new Map([...names].map(([key, set]) => [key, [...set].toSorted(byCodeUnits)]));
}

/** Whether a provided text, an exact version or a window, meets a range. */
function judgeOf(range: string): (provided: string) => boolean {
  const parsed = rangeOf(range);
  const known = new Map<string, boolean>();
  return (provided) => {
    let meets = known.get(provided);
    if (meets === undefined) known.set(provided, (meets = offerMeets(parseVersion(provided) ?? rangeOf(provided), parsed)));
    return meets;
  };
}

function placeOf(item: UniverseVersion, need: string): RequirementPlace {
  return item.in !== undefined && Object.hasOwn(item.in, need) ? (item.in[need] ?? 'root') : 'root';
}

function inOrder(rows: ReadonlyMap<string, Row>): readonly Row[] {
  return [...rows].toSorted(([a], [b]) => byCodeUnits(a, b)).map(([, row]) => row);
}

function versionOf(name: string, text: string): Version {
  const version = parseVersion(text);
  if (version === undefined) throw new Failure({ code: 'invalid-input', message: `\`${text}\` is not a version of \`${name}\`` });
  return version;
}

function rangeOf(text: string): Range {
  const range = parseRange(text);
  if (range === undefined) throw new Failure({ code: 'invalid-input', message: `\`${text}\` is not a range` });
  return range;
}
