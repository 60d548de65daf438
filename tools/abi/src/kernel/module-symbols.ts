import { type ElfView, malformed } from '../elf-view.ts';
import { compareText, sorted, sortedRecord } from '../order.ts';
import type { ModuleView } from './module-info.ts';
import type { Section, SectionTable } from './sections.ts';

/** What a module needs of its kernel and offers to other modules, by symbol. */
export interface ModuleSymbols {
  readonly versions: Readonly<Record<string, string>>;
  readonly unversioned: readonly string[];
  readonly weak: readonly string[];
  readonly exports: Readonly<Record<string, string>>;
}

/** Debian's amdgpu imports 2,300 symbols. */
const maxImports = 16_384;
const maxExports = 16_384;
const maxSymbols = 1 << 20;
/** KSYM_NAME_LEN of Linux. */
const maxNameLength = 512;
/** `struct modversion_info` of `include/linux/module.h`: a long, then the name. */
const versionRowBytes = 64;
const undefinedSection = 0;
const absoluteSection = 0xfff1;
const weakBinding = 2;
const exportPrefix = '__ksymtab_';
const crcPrefix = '__crc_';

/**
 * Needs: the undefined symbols of `.symtab` and their CRCs (`__versions`, or `__version_ext_crcs` with
 * `__version_ext_names`, which a kernel with EXTENDED_MODVERSIONS prefers). Offers: `__ksymtab_NAME` and `__crc_NAME`.
 * Source: Linux `kernel/module/version.c`, `include/linux/export-internal.h`.
 */
export function readModuleSymbols({ bytes, view, sections }: ModuleView): ModuleSymbols {
  const found = sections.find(['__versions', '__version_ext_crcs', '__version_ext_names', '.symtab']);
  const versions = readVersions({ bytes, view, found });
  const symtab = found.get('.symtab');
  const symbols = symtab === undefined ? nothing : readSymbols({ bytes, view, sections, symtab });
  return {
    versions: sortedRecord(versions),
    unversioned: sorted([...symbols.imports].filter((name) => !versions.has(name))),
    weak: sorted(symbols.weak),
    exports: sortedRecord(symbols.exports),
  };
}

interface VersionSections {
  readonly bytes: Uint8Array;
  readonly view: ElfView;
  readonly found: ReadonlyMap<string, Section>;
}

function readVersions({ bytes, view, found }: VersionSections): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  const crcs = found.get('__version_ext_crcs');
  const names = found.get('__version_ext_names');
  const put = (name: string, crc: number): void => {
    if (name.length > maxNameLength) throw malformed(view.path, `a symbol's name has more than ${maxNameLength} characters`);
    if (versions.size >= maxImports) throw malformed(view.path, `it has CRCs of more than ${maxImports} symbols`);
    versions.set(name, hexOf(crc));
  };
  const rows = found.get('__versions');
  if (rows !== undefined) {
    if (rows.size % versionRowBytes !== 0) throw malformed(view.path, `its \`__versions\` has ${rows.size} bytes, no multiple of 64`);
    const nameAt = view.is64 ? 8 : 4;
    for (let at = rows.offset; at < rows.offset + rows.size; at += versionRowBytes)
      put(textOf(bytes.subarray(at + nameAt, at + versionRowBytes), view.path), view.u32(at + crcOffset(view)));
  }
  if (crcs !== undefined && names !== undefined) {
    const list = splitNames(bytes.subarray(names.offset, names.offset + names.size), view.path);
    if (list.length * 4 !== crcs.size)
      throw malformed(view.path, `its \`__version_ext_names\` has ${list.length} names for ${crcs.size / 4} CRCs`);
    for (const [index, name] of list.entries()) put(name, view.u32(crcs.offset + index * 4));
  }
  return versions;
}

/** The CRC is the low half of an `unsigned long`. */
function crcOffset(view: ElfView): number {
  return view.is64 && !view.littleEndian ? 4 : 0;
}

function splitNames(bytes: Uint8Array, path: string): readonly string[] {
  if (bytes.length > maxImports * maxNameLength) throw malformed(path, `its \`__version_ext_names\` has ${bytes.length} bytes`);
  const names: string[] = [];
  for (let at = 0; at < bytes.length && names.length <= maxImports;) {
    const name = textOf(bytes.subarray(at, at + maxNameLength + 1), path);
    names.push(name);
    at += name.length + 1;
  }
  return names;
}

/** A symbol's name is printable ASCII and ends with NUL within its place. */
function textOf(bytes: Uint8Array, path: string): string {
  const end = bytes.indexOf(0);
  const text = String.fromCharCode(...bytes.subarray(0, end < 0 ? 0 : end));
  if (end < 1 || !/^[\u0021-\u007e]+$/.test(text)) throw malformed(path, "a symbol's name is empty, has no end or isn't printable");
  return text;
}

interface SymbolTable {
  readonly imports: ReadonlySet<string>;
  readonly weak: ReadonlySet<string>;
  readonly exports: ReadonlyMap<string, string>;
}

const nothing: SymbolTable = { imports: new Set(), weak: new Set(), exports: new Map() };

interface SymbolSource {
  readonly bytes: Uint8Array;
  readonly view: ElfView;
  readonly sections: SectionTable;
  readonly symtab: Section;
}

function readSymbols(source: SymbolSource): SymbolTable {
  const { bytes, view, sections, symtab } = source;
  const entryBytes = view.is64 ? 24 : 16;
  const count = Math.floor(symtab.size / entryBytes);
  if (count > maxSymbols) throw malformed(view.path, `it has ${count} symbols, more than ${maxSymbols}`);
  const strings = sections.at(symtab.link).offset;
  const imports = new Set<string>();
  const weak = new Set<string>();
  const exported = new Set<string>();
  const crcs = new Map<string, string>();
  for (let index = 1; index < count; index++) {
    const at = symtab.offset + index * entryBytes;
    const nameOffset = strings + view.u32(at);
    const section = view.u16(at + (view.is64 ? 6 : 14));
    const binding = (bytes[at + (view.is64 ? 4 : 12)] ?? 0) >> 4;
    if (section === undefinedSection) {
      const name = textOf(bytes.subarray(nameOffset, nameOffset + maxNameLength + 1), view.path);
      imports.add(name);
      if (binding === weakBinding) weak.add(name);
    } else if (hasPrefix(bytes, nameOffset, exportPrefix)) {
      exported.add(textOf(bytes.subarray(nameOffset, nameOffset + maxNameLength + 1), view.path).slice(exportPrefix.length));
    } else if (hasPrefix(bytes, nameOffset, crcPrefix)) {
      const name = textOf(bytes.subarray(nameOffset, nameOffset + maxNameLength + 1), view.path).slice(crcPrefix.length);
      const value = view.word(at + (view.is64 ? 8 : 4));
      crcs.set(name, hexOf(section === absoluteSection ? value : view.u32(sections.at(section).offset + value)));
    }
    if (imports.size > maxImports || exported.size > maxExports || crcs.size > maxExports)
      throw malformed(view.path, `it imports or exports more than ${maxImports} symbols`);
  }
  const names = [...exported].sort(compareText);
  return { imports, weak, exports: new Map(names.map((name) => [name, crcs.get(name) ?? ''])) };
}

function hasPrefix(bytes: Uint8Array, offset: number, prefix: string): boolean {
  for (let index = 0; index < prefix.length; index++) if (bytes[offset + index] !== prefix.charCodeAt(index)) return false;
  return true;
}

function hexOf(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, '0');
}
