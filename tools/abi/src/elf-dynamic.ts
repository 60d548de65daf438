import type { ElfFacts, ElfVersionNeed } from '@moby/model';
import { type ElfView, malformed, type Segment } from './elf-view.ts';

type DynamicFacts = Pick<ElfFacts, 'soname' | 'needed' | 'runpath' | 'rpath' | 'needs' | 'offers'>;

/** What the dynamic section says, one value a tag but for DT_NEEDED. */
export interface DynamicTags {
  readonly needed: readonly number[];
  readonly values: ReadonlyMap<number, number>;
}

const maxDynamicEntries = 65_536;
const maxNeeded = 4096;
/** Version records of one file, needed and offered counted apart; the largest C library has about 200. */
const maxVersions = 16_384;
export const tag = {
  end: 0,
  needed: 1,
  hash: 4,
  stringTable: 5,
  symbolTable: 6,
  stringBytes: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  gnuHash: 0x6ffffef5,
  versym: 0x6ffffff0,
  verdef: 0x6ffffffc,
  verdefCount: 0x6ffffffd,
  verneed: 0x6ffffffe,
  verneedCount: 0x6fffffff,
} as const;
/** VER_FLG_BASE marks the verdef of the file itself, VER_FLG_WEAK a version whose absence is no error. */
const flag = { base: 1, weak: 2 } as const;

export function readDynamic(view: ElfView, dynamic: Segment, loads: readonly Segment[]): DynamicFacts {
  const tags = readTags(view, dynamic);
  const strings = tags.values.get(tag.stringTable);
  if (strings === undefined) {
    if (tags.needed.length > 0 || tags.values.has(tag.soname))
      throw malformed(view.path, 'its dynamic section has names and no string table');
    return { needed: [], needs: [], offers: [] };
  }
  const stringTable = fileOffset(view, loads, strings);
  const text = (offset: number): string => view.text(stringTable + offset);
  const soname = tags.values.get(tag.soname);
  const search = tags.values.get(tag.runpath) ?? tags.values.get(tag.rpath);
  const versions = readVersions(view, tags, loads);
  return {
    ...(soname === undefined ? {} : { soname: text(soname) }),
    needed: tags.needed.map(text),
    ...(search === undefined ? {} : { runpath: text(search).split(':') }),
    ...(search !== undefined && !tags.values.has(tag.runpath) ? { rpath: true } : {}),
    needs: versions.needs.map(({ library, versions: needed }): ElfVersionNeed => {
      const weak = needed.filter((version) => version.weak).map(({ name }) => name);
      return { library, versions: needed.map(({ name }) => name), ...(weak.length === 0 ? {} : { weak }) };
    }),
    offers: versions.offers.filter(({ base }) => !base).map(({ name }) => name),
  };
}

/** The version tables with their indexes, by which `.gnu.version` says which version a symbol has. */
export interface VersionTables {
  readonly needs: readonly { readonly library: string; readonly versions: readonly NeededVersion[] }[];
  readonly offers: readonly OfferedVersion[];
}

interface NeededVersion {
  readonly name: string;
  readonly index: number;
  readonly weak: boolean;
}

interface OfferedVersion {
  readonly name: string;
  readonly index: number;
  /** It is the file's own name. */
  readonly base: boolean;
}

export function readVersions(view: ElfView, { values }: DynamicTags, loads: readonly Segment[]): VersionTables {
  const strings = values.get(tag.stringTable);
  const table = (key: number, count: number): VersionTable | undefined => {
    const address = values.get(key);
    if (address === undefined || strings === undefined) return undefined;
    const stringTable = fileOffset(view, loads, strings);
    return {
      start: fileOffset(view, loads, address),
      count: values.get(count) ?? 0,
      text: (offset) => view.text(stringTable + offset),
    };
  };
  const verneed = table(tag.verneed, tag.verneedCount);
  const verdef = table(tag.verdef, tag.verdefCount);
  return {
    needs: verneed === undefined ? [] : readNeeds(view, verneed),
    offers: verdef === undefined ? [] : readOffers(view, verdef),
  };
}

export function readTags(view: ElfView, dynamic: Segment): DynamicTags {
  const entryBytes = view.is64 ? 16 : 8;
  const count = Math.floor(dynamic.fileBytes / entryBytes);
  if (count > maxDynamicEntries) throw malformed(view.path, `its dynamic section has ${count} entries, more than ${maxDynamicEntries}`);
  const needed: number[] = [];
  const values = new Map<number, number>();
  const wanted = new Set<number>(Object.values(tag));
  for (let index = 0; index < count; index++) {
    const at = dynamic.offset + index * entryBytes;
    // d_tag is signed and its upper half is 0 in every tag that is read here.
    const key = view.is64 && highHalf(view, at) !== 0 ? -1 : lowHalf(view, at);
    if (key === tag.end) break;
    if (!wanted.has(key)) continue;
    const value = view.word(at + entryBytes / 2);
    if (key === tag.needed) needed.push(value);
    else values.set(key, value);
  }
  if (needed.length > maxNeeded) throw malformed(view.path, `it needs ${needed.length} libraries, more than ${maxNeeded}`);
  return { needed, values };
}

function lowHalf(view: ElfView, offset: number): number {
  return view.u32(view.is64 && !view.littleEndian ? offset + 4 : offset);
}

function highHalf(view: ElfView, offset: number): number {
  return view.u32(view.littleEndian ? offset + 4 : offset);
}

/** Where an address of the running program lies in the file: by the PT_LOAD that covers it. */
export function fileOffset(view: ElfView, loads: readonly Segment[], address: number): number {
  const load = loads.find((segment) => address >= segment.address && address < segment.address + segment.fileBytes);
  if (load === undefined) throw malformed(view.path, `no part of the file is loaded at address 0x${address.toString(16)}`);
  return load.offset + address - load.address;
}

interface VersionTable {
  readonly start: number;
  readonly count: number;
  text(offset: number): string;
}

/** The highest bit of an index says that the version is hidden. */
export const versionIndexMask = 0x7fff;

/** Verneed and its Vernaux records: two linked lists of relative offsets (LSB 5.0 core, 10.7.4). */
function readNeeds(view: ElfView, table: VersionTable): VersionTables['needs'] {
  const needs: { library: string; versions: NeededVersion[] }[] = [];
  let budget = maxVersions;
  let at = table.start;
  for (let index = 0; index < table.count; index++) {
    const versions: NeededVersion[] = [];
    let aux = at + view.u32(at + 8);
    for (let left = view.u16(at + 2); left > 0; left--) {
      if (budget-- <= 0) throw tooManyVersions(view);
      const weak = (view.u16(aux + 4) & flag.weak) !== 0;
      versions.push({ name: table.text(view.u32(aux + 8)), index: view.u16(aux + 6) & versionIndexMask, weak });
      const next = view.u32(aux + 12);
      if (next === 0) break;
      aux += next;
    }
    needs.push({ library: table.text(view.u32(at + 4)), versions });
    const next = view.u32(at + 12);
    if (next === 0) break;
    if (budget-- <= 0) throw tooManyVersions(view);
    at += next;
  }
  return needs;
}

/** Verdef records; the first Verdaux of each is its name (LSB 5.0 core, 10.7.2). */
function readOffers(view: ElfView, table: VersionTable): readonly OfferedVersion[] {
  const offers: OfferedVersion[] = [];
  let at = table.start;
  for (let index = 0; index < table.count; index++) {
    if (index >= maxVersions) throw tooManyVersions(view);
    const base = (view.u16(at + 2) & flag.base) !== 0;
    // The file's own name isn't asked for: it needn't be a text that can be read.
    const name = base ? '' : table.text(view.u32(at + view.u32(at + 12)));
    offers.push({ name, index: view.u16(at + 4) & versionIndexMask, base });
    const next = view.u32(at + 16);
    if (next === 0) break;
    at += next;
  }
  return offers;
}

function tooManyVersions(view: ElfView): Error {
  return malformed(view.path, `it has more than ${maxVersions} symbol versions`);
}
