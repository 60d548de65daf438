import { type ElfView, isElf, malformed, openElf } from '../elf-view.ts';

/** Where Go's tables lie in a file; the reader works in place, on `bytes`. */
export interface GoLayout {
  readonly bytes: Buffer;
  readonly view: ElfView;
  readonly loads: readonly GoLoad[];
  /** The sections that Go's linker names; none where the section headers were cut off. */
  readonly sections: ReadonlyMap<string, FileRange>;
}

/** Part of a file, from `start` up to `end`. */
export interface FileRange {
  readonly start: number;
  readonly end: number;
}

/** A part of the file that is loaded (PT_LOAD). */
export interface GoLoad extends FileRange {
  readonly address: number;
  readonly executable: boolean;
  readonly writable: boolean;
}

const maxSegments = 1024;
const maxSections = 4096;
const maxNotes = 4096;
const segmentType = { load: 1, note: 4 } as const;
const segmentFlag = { execute: 1, write: 2 } as const;
const noBits = 8;
/** A note of this name and type is the build id of Go's linker (cmd/link/internal/ld/elf.go). */
const goNote = { name: 0x476f0000, type: 4 } as const;

/**
 * The layout of an ELF file that Go's linker made: it has Go's note or one of its sections, which `strip` leaves in place.
 * Undefined for every other file. Throws `Failure` `bad-archive` where the program headers are broken; section headers
 * that are broken count as cut off, as no loader reads them.
 */
export function openGoLayout(bytes: Uint8Array, path: string): GoLayout | undefined {
  if (!isElf(bytes)) return undefined;
  const view = openElf(bytes, path);
  const sections = readSections(view, bytes);
  const { loads, hasGoNote } = readSegments(view);
  if (!hasGoNote && sections.size === 0) return undefined;
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), view, loads, sections };
}

/** Where an address of the running program lies in the file. */
export function offsetOf(layout: GoLayout, address: number): number | undefined {
  const load = layout.loads.find((range) => address >= range.address && address < range.address + range.end - range.start);
  return load === undefined ? undefined : load.start + address - load.address;
}

/** A word of the class's size; too large a one is inexact instead of an error. */
export function looseWord(view: ElfView, at: number): number {
  const [first, second] = [view.u32(at), view.is64 ? view.u32(at + 4) : 0];
  if (!view.is64) return first;
  return view.littleEndian ? first + second * 2 ** 32 : second + first * 2 ** 32;
}

/** Where a pattern occurs in a part of the file, overlapping ones too. */
export function* indexesOf(bytes: Buffer, pattern: Buffer | string, range: FileRange): Generator<number> {
  const part = bytes.subarray(range.start, range.end);
  for (let at = part.indexOf(pattern, 0, 'latin1'); at >= 0; at = part.indexOf(pattern, at + 1, 'latin1')) yield range.start + at;
}

export function holdsText(layout: GoLayout, text: string, range: FileRange): boolean {
  return layout.bytes.subarray(range.start, range.end).includes(text, 0, 'latin1');
}

function readSegments(view: ElfView): { readonly loads: readonly GoLoad[]; readonly hasGoNote: boolean } {
  const start = view.word(view.is64 ? 32 : 28);
  const entryBytes = view.u16(view.is64 ? 54 : 42);
  const count = view.u16(view.is64 ? 56 : 44);
  if (count > maxSegments) throw malformed(view.path, `it has ${count} program headers, more than ${maxSegments}`);
  const loads: GoLoad[] = [];
  let hasGoNote = false;
  for (let index = 0; index < count; index++) {
    const at = start + index * entryBytes;
    const type = view.u32(at);
    if (type !== segmentType.load && type !== segmentType.note) continue;
    const offset = view.word(at + (view.is64 ? 8 : 4));
    const range = { start: Math.min(offset, view.length), end: Math.min(offset + view.word(at + (view.is64 ? 32 : 16)), view.length) };
    if (type === segmentType.note) hasGoNote ||= findGoNote(view, range);
    if (type !== segmentType.load) continue;
    const flags = view.u32(at + (view.is64 ? 4 : 24));
    loads.push({
      ...range,
      address: view.word(at + (view.is64 ? 16 : 8)),
      executable: (flags & segmentFlag.execute) !== 0,
      writable: (flags & segmentFlag.write) !== 0,
    });
  }
  return { loads, hasGoNote };
}

function findGoNote(view: ElfView, range: FileRange): boolean {
  let at = range.start;
  for (let count = 0; count < maxNotes && at + 16 <= range.end; count++) {
    const [nameBytes, descriptionBytes, type] = [view.u32(at), view.u32(at + 4), view.u32(at + 8)];
    if (nameBytes === 4 && type === goNote.type && bigEndianWord(view, at + 12) === goNote.name) return true;
    at += 12 + Math.ceil(nameBytes / 4) * 4 + Math.ceil(descriptionBytes / 4) * 4;
  }
  return false;
}

function bigEndianWord(view: ElfView, at: number): number {
  const value = view.u32(at);
  if (!view.littleEndian) return value;
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}

function readSections(view: ElfView, bytes: Uint8Array): ReadonlyMap<string, FileRange> {
  const { is64 } = view;
  const found = new Map<string, FileRange>();
  const headerBytes = is64 ? 64 : 40;
  if (view.length < (is64 ? 64 : 52)) return found;
  const table = looseWord(view, is64 ? 40 : 32);
  const [entryBytes, count, names] = [view.u16(is64 ? 58 : 46), view.u16(is64 ? 60 : 48), view.u16(is64 ? 62 : 50)];
  if (entryBytes !== headerBytes || count > maxSections || names >= count || table + count * headerBytes > view.length) return found;
  const rangeOf = (index: number): FileRange => {
    const at = table + index * headerBytes + (is64 ? 24 : 16);
    const start = looseWord(view, at);
    return { start, end: start + looseWord(view, at + (is64 ? 8 : 4)) };
  };
  const nameTable = rangeOf(names);
  for (let index = 0; index < count; index++) {
    const header = table + index * headerBytes;
    const range = rangeOf(index);
    if (view.u32(header + 4) === noBits || range.end > view.length) continue;
    const name = goSectionName(bytes, nameTable.start + view.u32(header));
    if (name !== undefined && !found.has(name)) found.set(name, range);
  }
  return found;
}

const goSections = ['.go.buildinfo', '.gopclntab', '.data.rel.ro.gopclntab', '.note.go.buildid'] as const;

/** The name at an offset, where it is one that Go's linker alone uses. */
function goSectionName(bytes: Uint8Array, offset: number): string | undefined {
  return goSections.find((name) => {
    if (!(offset + name.length < bytes.length) || bytes[offset + name.length] !== 0) return false;
    for (let index = 0; index < name.length; index++) if (bytes[offset + index] !== name.charCodeAt(index)) return false;
    return true;
  });
}
