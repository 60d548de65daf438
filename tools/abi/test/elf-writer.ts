/** Writes ELF files for tests: both classes, both byte orders, only the tables that facts are read from. */
export interface ElfPlan {
  readonly class?: 32 | 64;
  readonly littleEndian?: boolean;
  /** `e_machine`; x86-64 by default. */
  readonly machine?: number;
  /** `e_type`; a shared object (3) by default. */
  readonly type?: number;
  readonly interpreter?: string;
  readonly soname?: string;
  readonly needed?: readonly string[];
  readonly runpath?: string;
  readonly rpath?: string;
  readonly needs?: readonly { readonly library: string; readonly versions: readonly (string | { readonly weak: string })[] }[];
  /** The first one is the file's own name, as linkers write it. */
  readonly offers?: readonly string[];
  /** The bits of GNU_PROPERTY_X86_ISA_1_NEEDED. */
  readonly isaBits?: number;
  /** FDO notes 0x407c0c0a, as they stand there. */
  readonly dlopen?: readonly string[];
  /** The first ones are not hashed; those that are needed stand there. */
  readonly symbols?: readonly ElfPlanSymbol[];
  /** Which table says how many symbols there are; GNU's by default. */
  readonly hash?: 'gnu' | 'old';
}

export interface ElfPlanSymbol {
  readonly name: string;
  /** Global by default. */
  readonly binding?: 'local' | 'weak';
  readonly defined?: boolean;
  /** `.gnu.version`: 2 and up for `offers` after the file's own name, 100 and up for `needs`; with 0x8000 an old one. */
  readonly version?: number;
}

const loadAddress = 0x10_0000;

export function makeElf(plan: ElfPlan): Buffer {
  const writer = makeWriter(plan);
  const { is64 } = writer;
  const strings = makeStrings();
  const parts: { readonly type?: number; readonly bytes: Buffer; offset: number }[] = [];
  const add = (bytes: Buffer, type?: number): { readonly bytes: Buffer; offset: number } => {
    const part = { bytes, offset: 0, ...(type === undefined ? {} : { type }) };
    parts.push(part);
    return part;
  };
  if (plan.interpreter !== undefined) add(Buffer.from(`${plan.interpreter}\0`), 3);
  if (plan.isaBits !== undefined) add(makeProperty(writer, plan.isaBits), 0x6474e553);
  const verneed = plan.needs === undefined ? undefined : add(makeVerneed(writer, plan.needs, strings));
  const verdef = plan.offers === undefined ? undefined : add(makeVerdef(writer, plan.offers, strings));
  const tags: (readonly [tag: number, value: number | (() => number)])[] = (plan.needed ?? []).map(
    (name) => [1, strings.add(name)] as const,
  );
  if (plan.soname !== undefined) tags.push([14, strings.add(plan.soname)]);
  if (plan.rpath !== undefined) tags.push([15, strings.add(plan.rpath)]);
  if (plan.runpath !== undefined) tags.push([29, strings.add(plan.runpath)]);
  if (verneed !== undefined) tags.push([0x6ffffffe, () => loadAddress + verneed.offset], [0x6fffffff, plan.needs?.length ?? 0]);
  if (verdef !== undefined) tags.push([0x6ffffffc, () => loadAddress + verdef.offset], [0x6ffffffd, plan.offers?.length ?? 0]);
  for (const text of plan.dlopen ?? []) add(makeDlopen(writer, text), 4);
  for (const [tag, bytes] of plan.symbols === undefined ? [] : makeSymbols(writer, plan, strings)) {
    const part = add(bytes);
    tags.push([tag, () => loadAddress + part.offset]);
  }
  const stringTable = add(strings.bytes());
  tags.push([5, () => loadAddress + stringTable.offset], [10, stringTable.bytes.length], [0, 0]);
  const dynamic = Buffer.alloc(tags.length * (is64 ? 16 : 8));
  if (tags.length > 3 || plan.soname !== undefined) add(dynamic, 2);
  const headers = parts.filter((part) => part.type !== undefined).length + 1;
  let end = (is64 ? 64 : 52) + headers * (is64 ? 56 : 32);
  for (const part of parts) {
    part.offset = Math.ceil(end / 8) * 8;
    end = part.offset + part.bytes.length;
  }
  for (const [index, [tag, value]] of tags.entries())
    writer.words(dynamic, index * (is64 ? 16 : 8), [tag, typeof value === 'number' ? value : value()]);
  const file = Buffer.alloc(end);
  writeHeader(writer, file, { plan, headers });
  writeSegment(writer, file, { index: 0, type: 1, offset: 0, size: end });
  for (const [index, part] of parts.filter(({ type }) => type !== undefined).entries())
    writeSegment(writer, file, { index: index + 1, type: part.type ?? 0, offset: part.offset, size: part.bytes.length });
  for (const part of parts) file.set(part.bytes, part.offset);
  return file;
}

/** A relocatable file with `.modinfo`, as a kernel module is. */
export function makeModule(info: readonly string[], plan: Pick<ElfPlan, 'class' | 'littleEndian' | 'type'> = {}): Buffer {
  const writer = makeWriter(plan);
  const { is64 } = writer;
  const modinfo = Buffer.from(info.map((line) => `${line}\0`).join(''));
  const names = Buffer.from('\0.modinfo\0.shstrtab\0');
  const start = is64 ? 64 : 52;
  const table = Math.ceil((start + modinfo.length + names.length) / 8) * 8;
  const entryBytes = is64 ? 64 : 40;
  const file = Buffer.alloc(table + 3 * entryBytes);
  writeHeader(writer, file, { plan: { type: 1, ...plan }, headers: 0, sections: { offset: table, count: 3, names: 2 } });
  file.set(modinfo, start);
  file.set(names, start + modinfo.length);
  for (const [index, name, offset, size] of [
    [1, 1, start, modinfo.length],
    [2, 10, start + modinfo.length, names.length],
  ] as const) {
    const at = table + index * entryBytes;
    writer.u32(file, at, name);
    writer.words(file, at + (is64 ? 24 : 16), [offset, size]);
  }
  return file;
}

interface Writer {
  readonly is64: boolean;
  readonly littleEndian: boolean;
  u16(target: Buffer, offset: number, value: number): void;
  u32(target: Buffer, offset: number, value: number): void;
  /** Numbers of the class's size. */
  words(target: Buffer, offset: number, values: readonly number[]): void;
}

function makeWriter(plan: Pick<ElfPlan, 'class' | 'littleEndian'>): Writer {
  const is64 = plan.class !== 32;
  const littleEndian = plan.littleEndian !== false;
  const u32 = (target: Buffer, offset: number, value: number): void =>
    void (littleEndian ? target.writeUInt32LE(value, offset) : target.writeUInt32BE(value, offset));
  return {
    is64,
    littleEndian,
    u16: (target, offset, value) => void (littleEndian ? target.writeUInt16LE(value, offset) : target.writeUInt16BE(value, offset)),
    u32,
    words: (target, offset, values) => {
      for (const [index, value] of values.entries()) {
        if (!is64) u32(target, offset + index * 4, value);
        else if (littleEndian) target.writeBigUInt64LE(BigInt(value), offset + index * 8);
        else target.writeBigUInt64BE(BigInt(value), offset + index * 8);
      }
    },
  };
}

function writeHeader(
  writer: Writer,
  file: Buffer,
  about: {
    readonly plan: ElfPlan;
    readonly headers: number;
    readonly sections?: { readonly offset: number; readonly count: number; readonly names: number };
  },
): void {
  const { is64 } = writer;
  file.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, writer.littleEndian ? 1 : 2, 1]);
  writer.u16(file, 16, about.plan.type ?? 3);
  writer.u16(file, 18, about.plan.machine ?? 62);
  writer.u32(file, 20, 1);
  writer.words(file, 24, [0, about.headers === 0 ? 0 : is64 ? 64 : 52, about.sections?.offset ?? 0]);
  const rest = is64 ? 52 : 40;
  const values = [is64 ? 64 : 52, is64 ? 56 : 32, about.headers, is64 ? 64 : 40, about.sections?.count ?? 0, about.sections?.names ?? 0];
  for (const [index, value] of values.entries()) writer.u16(file, rest + index * 2, value);
}

function writeSegment(
  writer: Writer,
  file: Buffer,
  segment: { readonly index: number; readonly type: number; readonly offset: number; readonly size: number },
): void {
  const { is64 } = writer;
  const at = (is64 ? 64 : 52) + segment.index * (is64 ? 56 : 32);
  const address = loadAddress + segment.offset;
  writer.u32(file, at, segment.type);
  writer.words(file, at + (is64 ? 8 : 4), [segment.offset, address, address, segment.size, segment.size]);
}

interface Strings {
  add(text: string): number;
  bytes(): Buffer;
}

function makeStrings(): Strings {
  const texts = ['\0'];
  let length = 1;
  return {
    add: (text) => {
      const offset = length;
      texts.push(`${text}\0`);
      length += Buffer.byteLength(text) + 1;
      return offset;
    },
    bytes: () => Buffer.from(texts.join('')),
  };
}

/** Tags with their tables: the symbols, their versions, and a hash table of one bucket. */
function makeSymbols(writer: Writer, plan: ElfPlan, strings: Strings): readonly (readonly [number, Buffer])[] {
  const { is64 } = writer;
  const symbols = plan.symbols ?? [];
  const entryBytes = is64 ? 24 : 16;
  const table = Buffer.alloc((symbols.length + 1) * entryBytes);
  const versions = Buffer.alloc((symbols.length + 1) * 2);
  for (const [index, { name, binding, defined = false, version = 1 }] of symbols.entries()) {
    const at = (index + 1) * entryBytes;
    writer.u32(table, at, strings.add(name));
    table[at + (is64 ? 4 : 12)] = ((binding === 'local' ? 0 : binding === 'weak' ? 2 : 1) << 4) | 2;
    writer.u16(table, at + (is64 ? 6 : 14), defined ? 7 : 0);
    writer.words(table, at + (is64 ? 8 : 4), [defined ? 0x1234 : 0]);
    writer.u16(versions, (index + 1) * 2, version);
  }
  const first = 1 + symbols.filter(({ defined }) => defined !== true).length;
  const hashed = symbols.length + 1 - first;
  const bloom = is64 ? 8 : 4;
  const gnu = Buffer.alloc(16 + bloom + 4 + 4 * hashed);
  for (const [index, value] of [1, first, 1, 6].entries()) writer.u32(gnu, index * 4, value);
  writer.u32(gnu, 16 + bloom, hashed === 0 ? 0 : first);
  for (let index = 0; index < hashed; index++) writer.u32(gnu, 20 + bloom + 4 * index, index === hashed - 1 ? 1 : 2);
  const old = Buffer.alloc(8);
  writer.u32(old, 4, symbols.length + 1);
  return [[6, table], [0x6ffffff0, versions], plan.hash === 'old' ? [4, old] : [0x6ffffef5, gnu]];
}

function makeDlopen(writer: Writer, text: string): Buffer {
  const content = Buffer.from(`${text}\0`);
  const note = Buffer.alloc(16 + Math.ceil(content.length / 4) * 4);
  writer.u32(note, 0, 4);
  writer.u32(note, 4, content.length);
  writer.u32(note, 8, 0x407c0c0a);
  note.write('FDO\0', 12);
  content.copy(note, 16);
  return note;
}

function makeVerneed(writer: Writer, needs: NonNullable<ElfPlan['needs']>, strings: Strings): Buffer {
  let other = 100;
  const parts = needs.map(({ library, versions }, index) => {
    const part = Buffer.alloc(16 + versions.length * 16);
    writer.u16(part, 0, 1);
    writer.u16(part, 2, versions.length);
    writer.u32(part, 4, strings.add(library));
    writer.u32(part, 8, 16);
    writer.u32(part, 12, index === needs.length - 1 ? 0 : part.length);
    for (const [place, version] of versions.entries()) {
      const at = 16 + place * 16;
      writer.u16(part, at + 4, typeof version === 'string' ? 0 : 2);
      writer.u16(part, at + 6, other++);
      writer.u32(part, at + 8, strings.add(typeof version === 'string' ? version : version.weak));
      writer.u32(part, at + 12, place === versions.length - 1 ? 0 : 16);
    }
    return part;
  });
  return Buffer.concat(parts);
}

function makeVerdef(writer: Writer, offers: readonly string[], strings: Strings): Buffer {
  return Buffer.concat(
    offers.map((name, index) => {
      const part = Buffer.alloc(28);
      writer.u16(part, 0, 1);
      writer.u16(part, 2, index === 0 ? 1 : 0);
      writer.u16(part, 4, index + 1);
      writer.u16(part, 6, 1);
      writer.u32(part, 12, 20);
      writer.u32(part, 16, index === offers.length - 1 ? 0 : 28);
      writer.u32(part, 20, strings.add(name));
      return part;
    }),
  );
}

/** A property that facts don't read stands before the one that they do. */
function makeProperty(writer: Writer, bits: number): Buffer {
  const unit = writer.is64 ? 16 : 12;
  const note = Buffer.alloc(16 + 2 * unit);
  writer.u32(note, 0, 4);
  writer.u32(note, 4, 2 * unit);
  writer.u32(note, 8, 5);
  note.write('GNU\0', 12);
  for (const [index, type, value] of [
    [0, 0xc0000002, 3],
    [1, 0xc0008002, bits],
  ] as const) {
    writer.u32(note, 16 + index * unit, type);
    writer.u32(note, 20 + index * unit, 4);
    writer.u32(note, 24 + index * unit, value);
  }
  return note;
}
