import { type FileRange, type GoLayout, indexesOf, looseWord } from './go-layout.ts';

/**
 * The names in Go's function and line table (pclntab), which `strip` leaves: of each function that is linked, those
 * inlined into others included, and of each source file with such a function. The linker drops what nothing calls.
 */
export interface FunctionTable {
  /** A part of the file that holds nothing but the table, names above all. */
  readonly names: FileRange;
  /** The names that hold a text, in the table's order. */
  functionsWith(part: string): Iterable<string>;
  /** The source files' names that hold a text, in the table's order. */
  filesWith(part: string): Iterable<string>;
}

/** A generic function's name holds the types that it was made for. */
const maxNameBytes = 65_536;
const maxCandidates = 4096;

/** Header words after the first 8 bytes, as indexes (Go, `internal/abi.pcHeader`); the least one is a pointer in size. */
const formats = [
  { magic: 0xfffffff1, names: 3, units: 4, files: 5, tables: 6 },
  { magic: 0xfffffff0, names: 3, units: 4, files: 5, tables: 6 },
  { magic: 0xfffffffa, names: 2, units: 3, files: 4, tables: 5 },
] as const;
/** Go 1.2 to 1.15. */
const oldMagic = 0xfffffffb;

/** The function table of a Go program, Go 1.2 to date. Undefined where there is none that is whole: garbled, packed, or cut. */
export function readFunctionTable(layout: GoLayout): FunctionTable | undefined {
  const section = layout.sections.get('.gopclntab') ?? layout.sections.get('.data.rel.ro.gopclntab');
  if (section !== undefined) return openTable(layout, section.start, section.end);
  let left = maxCandidates;
  for (const load of layout.loads.filter((range) => !range.executable)) {
    for (const magic of [...formats.map((format) => format.magic), oldMagic]) {
      const pattern = Buffer.alloc(6);
      if (layout.view.littleEndian) pattern.writeUInt32LE(magic);
      else pattern.writeUInt32BE(magic);
      for (const at of indexesOf(layout.bytes, pattern, load)) {
        const table = openTable(layout, at, load.end);
        if (table !== undefined) return table;
        if (--left === 0) return undefined;
      }
    }
  }
  return undefined;
}

function openTable(layout: GoLayout, start: number, end: number): FunctionTable | undefined {
  const { view } = layout;
  const wordBytes = view.is64 ? 8 : 4;
  if (start + 8 + 8 * wordBytes > end) return undefined;
  const magic = view.u32(start);
  const [quantum, pointer] = [layout.bytes[start + 6] ?? 0, layout.bytes[start + 7]];
  if (view.u16(start + 4) !== 0 || ![1, 2, 4].includes(quantum) || pointer !== wordBytes) return undefined;
  if (end > layout.bytes.length) return undefined;
  // Names stand between the tables that use them, each after a NUL: a table ends with one, and so does a pointer.
  if (magic === oldMagic)
    return makeTable(layout.bytes, { functions: { start, end }, files: { start, end }, names: { start, end: start } });
  const format = formats.find((known) => known.magic === magic);
  if (format === undefined) return undefined;
  const placeOf = (index: number): number => start + looseWord(view, start + 8 + index * wordBytes);
  const functions = { start: placeOf(format.names), end: placeOf(format.units) };
  const files = { start: placeOf(format.files), end: placeOf(format.tables) };
  const places = [start, functions.start, functions.end, files.start, files.end, end];
  if (!places.every((place, index) => place >= (places[index - 1] ?? 0))) return undefined;
  return makeTable(layout.bytes, { functions, files, names: { start, end: files.end } });
}

function makeTable(
  bytes: Buffer,
  ranges: { readonly functions: FileRange; readonly files: FileRange; readonly names: FileRange },
): FunctionTable {
  return {
    names: ranges.names,
    functionsWith: (part) => textsWith(bytes, ranges.functions, part),
    filesWith: (part) => textsWith(bytes, ranges.files, part),
  };
}

/** Texts that end with NUL, one after the other. */
function* textsWith(bytes: Buffer, range: FileRange, part: string): Generator<string> {
  const table = bytes.subarray(range.start, range.end);
  for (let from = 0; from < table.length;) {
    const hit = table.indexOf(part, from, 'latin1');
    const end = hit < 0 ? -1 : table.indexOf(0, hit);
    if (end < 0) return;
    const start = table.lastIndexOf(0, hit) + 1;
    if (end - start <= maxNameBytes) yield table.toString('latin1', start, end);
    from = end + 1;
  }
}
