import type { ElfSymbols } from '@moby/model';
import { type DynamicTags, fileOffset, readTags, readVersions, tag, versionIndexMask } from './elf-dynamic.ts';
import { type ElfHeader, readHeader, segmentOf, segmentsOf, segmentType } from './elf-header.ts';
import { type ByteSource, type ElfView, malformed, type Segment } from './elf-view.ts';
import { compareText, sortedRecord } from './order.ts';

/** dockerd has 223,000, for plugins of its own. */
const maxSymbols = 1_000_000;
const maxStringTableBytes = 256 << 20;
/** Mangled C++ names go to some thousand bytes. */
const maxNameBytes = 4096;
/** A program exports a few names by the way of linking; more are for its plugins. */
const maxProgramExports = 256;
const binding = { global: 1, weak: 2, unique: 10 } as const;
const hiddenVisibilities: ReadonlySet<number> = new Set([1, 2]);
/** Data, functions, common, thread-local, indirect functions, or no type: what a loader binds to (glibc elf/dl-lookup.c, ALLOWED_STT). */
const boundTypes: ReadonlySet<number> = new Set([0, 1, 2, 5, 6, 10]);
const threadLocal = 6;
const absoluteSection = 0xfff1;
const hiddenVersion = 0x8000;

/**
 * The dynamic symbols of an executable or a shared library. Undefined for everything else, and where there are none. Throws
 * `Failure` `bad-archive` where the file is broken. Sources: gABI chapter 5; LSB 5.0 core, symbol versioning; the GNU hash table
 * as glibc reads it (elf/dl-lookup.c).
 */
export function extractElfSymbols(content: Uint8Array | ByteSource, path: string): ElfSymbols | undefined {
  const header = readHeader(content, path);
  const dynamic = header === undefined ? undefined : segmentOf(header, segmentType.dynamic);
  if (header === undefined || dynamic === undefined) return undefined;
  const loads = segmentsOf(header, segmentType.load);
  const tags = readTags(header.view, dynamic);
  const isProgram = segmentOf(header, segmentType.interpreter) !== undefined && !tags.values.has(tag.soname);
  const table = openTable(header, tags, loads);
  if (table === undefined) return undefined;
  const found = readSymbols(table, isProgram);
  if (found.imports.size === 0 && found.exports.size === 0 && !found.many) return undefined;
  return { imports: packed(found.imports), exports: packed(found.exports), ...(found.many ? { manyExports: true } : {}) };
}

interface SymbolTable {
  readonly view: ElfView;
  readonly start: number;
  readonly strings: number;
  readonly stringBytes: number;
  /** Where `.gnu.version` lies, in files that have versions. */
  readonly versym: number | undefined;
  /** Version index → the library and version that are meant. */
  readonly needed: ReadonlyMap<number, { readonly library: string; readonly version: string }>;
  readonly offered: ReadonlyMap<number, string>;
  /** The symbols that the hash table doesn't list stand first. */
  readonly firstHashed: number;
  count(): number;
}

function openTable({ view }: ElfHeader, tags: DynamicTags, loads: readonly Segment[]): SymbolTable | undefined {
  const { values } = tags;
  const [symbols, strings] = [values.get(tag.symbolTable), values.get(tag.stringTable)];
  if (symbols === undefined || strings === undefined) return undefined;
  const place = (key: number): number | undefined => {
    const address = values.get(key);
    return address === undefined ? undefined : fileOffset(view, loads, address);
  };
  const hash = openHash(view, place(tag.gnuHash), place(tag.hash));
  if (hash === undefined) return undefined;
  const stringBytes = values.get(tag.stringBytes) ?? 0;
  if (stringBytes > maxStringTableBytes)
    throw malformed(view.path, `its names have ${stringBytes} bytes, more than ${maxStringTableBytes}`);
  const versions = readVersions(view, tags, loads);
  const needed = versions.needs.flatMap(({ library, versions: names }) =>
    names.map(({ name, index }) => [index, { library, version: name }] as const),
  );
  return {
    view,
    start: fileOffset(view, loads, symbols),
    strings: fileOffset(view, loads, strings),
    stringBytes,
    versym: place(tag.versym),
    needed: new Map(needed),
    offered: new Map(versions.offers.filter(({ base }) => !base).map(({ name, index }) => [index, name])),
    ...hash,
  };
}

/** Only the hash tables know how many symbols there are. */
function openHash(view: ElfView, gnu: number | undefined, old: number | undefined): Pick<SymbolTable, 'firstHashed' | 'count'> | undefined {
  if (gnu === undefined && old === undefined) return undefined;
  // The older table lists all; s390x and alpha have entries of 8 bytes there, which no Debian binary of 64 bits has but them.
  if (gnu === undefined) return { firstHashed: 0, count: () => bounded(view, view.u32((old ?? 0) + 4)) };
  const buckets = bounded(view, view.u32(gnu));
  const firstHashed = bounded(view, view.u32(gnu + 4));
  const bloomBytes = bounded(view, view.u32(gnu + 8)) * (view.is64 ? 8 : 4);
  const start = gnu + 16 + bloomBytes;
  return {
    firstHashed,
    count: () => {
      const table = wordsOf(view, start, buckets);
      let last = 0;
      for (let index = 0; index < buckets; index++) last = Math.max(last, table(index));
      if (last < firstHashed) return firstHashed;
      const chains = start + 4 * buckets;
      for (let index = last - firstHashed; ; index++) {
        bounded(view, firstHashed + index);
        if ((view.u32(chains + 4 * index) & 1) === 1) return firstHashed + index + 1;
      }
    },
  };
}

function wordsOf(view: ElfView, start: number, count: number): (index: number) => number {
  const bytes = view.bytes(start, 4 * count);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return (index) => data.getUint32(4 * index, view.littleEndian);
}

function bounded(view: ElfView, count: number): number {
  if (count > maxSymbols) throw malformed(view.path, `it has ${count} dynamic symbols, more than ${maxSymbols}`);
  return count;
}

interface Found {
  readonly imports: Map<string, string[]>;
  readonly exports: Map<string, string[]>;
  readonly many: boolean;
}

/**
 * A program's own names are kept where they are few. What is needed stands before the hashed symbols nearly always, but not
 * where a program has given a function's address away (5 of the 285 imports of redis), so the whole table is looked at; the
 * names of a large program's exports are not.
 */
function readSymbols(table: SymbolTable, isProgram: boolean): Found {
  const count = table.count();
  const isLarge = isProgram && table.firstHashed > 0 && count - table.firstHashed > 2 * maxProgramExports;
  const found: Found = { imports: new Map(), exports: new Map(), many: isLarge };
  const entryBytes = table.view.is64 ? 24 : 16;
  const symbols = table.view.bytes(table.start, count * entryBytes);
  const data = new DataView(symbols.buffer, symbols.byteOffset, symbols.length);
  const nameAt = isLarge ? fewNames(table) : allNames(table);
  const versym = table.versym === undefined ? undefined : halvesOf(table.view, table.versym, count);
  for (let index = 1; index < count; index++) {
    const symbol = symbolAt(table.view, data, index * entryBytes);
    const version = versym?.(index) ?? 1;
    const group = groupOf(table, symbol, version);
    if (group === undefined || (group.kind === 'exports' && isLarge)) continue;
    const name = nameAt(symbol.name);
    // The linker makes an absolute symbol of each version, for nobody to import.
    if (name === undefined || (symbol.section === absoluteSection && group.name === `@@${name}`)) continue;
    const names = found[group.kind].get(group.name);
    if (names === undefined) found[group.kind].set(group.name, [name]);
    else names.push(name);
  }
  const exported = [...found.exports.values()].reduce((sum, names) => sum + names.length, 0);
  if (!isProgram || exported <= maxProgramExports) return found;
  return { ...found, exports: new Map(), many: true };
}

function halvesOf(view: ElfView, start: number, count: number): (index: number) => number {
  const bytes = view.bytes(start, 2 * count);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return (index) => data.getUint16(2 * index, view.littleEndian);
}

interface ElfSymbol {
  readonly name: number;
  readonly binding: number;
  readonly type: number;
  readonly visibility: number;
  readonly section: number;
  /** Its value is 0. */
  readonly atZero: boolean;
}

function symbolAt({ is64, littleEndian }: ElfView, data: DataView, at: number): ElfSymbol {
  const info = data.getUint8(at + (is64 ? 4 : 12));
  const value = at + (is64 ? 8 : 4);
  return {
    name: data.getUint32(at, littleEndian),
    binding: info >> 4,
    type: info & 0xf,
    visibility: data.getUint8(at + (is64 ? 5 : 13)) & 3,
    section: data.getUint16(at + (is64 ? 6 : 14), littleEndian),
    atZero: data.getUint32(value, littleEndian) === 0 && (!is64 || data.getUint32(value + 4, littleEndian) === 0),
  };
}

/** Whether a loader looks for the symbol, or finds it; undefined where neither. */
function groupOf(
  table: SymbolTable,
  symbol: ElfSymbol,
  version: number,
): { readonly kind: 'imports' | 'exports'; readonly name: string } | undefined {
  const index = version & versionIndexMask;
  const needed = table.needed.get(index);
  if (symbol.section === 0) {
    if (symbol.binding !== binding.global) return undefined;
    return { kind: 'imports', name: needed === undefined ? '' : `${needed.library}(${needed.version})` };
  }
  const isBound = symbol.binding === binding.global || symbol.binding === binding.weak || symbol.binding === binding.unique;
  const isThere = !symbol.atZero || symbol.section === absoluteSection || symbol.type === threadLocal;
  if (!isBound || !isThere || !boundTypes.has(symbol.type) || hiddenVisibilities.has(symbol.visibility)) return undefined;
  // A program's copy of a library's data goes under the version that it needs.
  const name = table.offered.get(index) ?? needed?.version;
  if (name === undefined) return { kind: 'exports', name: '' };
  return { kind: 'exports', name: `${(version & hiddenVersion) === 0 ? '@@' : '@'}${name}` };
}

type Names = (offset: number) => string | undefined;

/** The whole string table at once: faster where most of its names are asked for. */
function allNames({ view, strings, stringBytes }: SymbolTable): Names {
  const text = new TextDecoder('latin1').decode(view.bytes(strings, stringBytes));
  return (offset) => {
    const end = text.indexOf('\0', offset);
    return end < 0 ? undefined : nameOf(text.slice(offset, Math.min(end, offset + maxNameBytes + 1)));
  };
}

function fewNames({ view, strings, stringBytes }: SymbolTable): Names {
  const decoder = new TextDecoder('latin1');
  return (offset) => {
    const size = Math.min(maxNameBytes + 1, stringBytes - offset);
    const bytes = size <= 0 ? undefined : view.bytes(strings + offset, size);
    const end = bytes?.indexOf(0) ?? -1;
    return bytes === undefined || end < 0 ? undefined : nameOf(decoder.decode(bytes.subarray(0, end)));
  };
}

/** A name that isn't printable ASCII is left out on both ends: no blank may be in one, and no compiler of C or C++ makes others. */
function nameOf(text: string): string | undefined {
  return text.length <= maxNameBytes && /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}

function packed(groups: ReadonlyMap<string, readonly string[]>): Readonly<Record<string, string>> {
  return sortedRecord([...groups].map(([group, names]) => [group, [...new Set(names)].sort(compareText).join(' ')] as const));
}
