export interface ModulePlan {
  readonly class?: 32 | 64;
  readonly littleEndian?: boolean;
  readonly info: readonly string[];
  /** Symbol → CRC, in `__versions`. */
  readonly versions?: Readonly<Record<string, number>>;
  /** The same in `__version_ext_crcs` and `__version_ext_names`. */
  readonly extended?: Readonly<Record<string, number>>;
  readonly imports?: readonly string[];
  readonly weak?: readonly string[];
  /** Symbol → CRC. `absolute` puts the CRC into the symbol's value, as kernels before 5.19 do. */
  readonly exports?: Readonly<Record<string, number>>;
  readonly absolute?: boolean;
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly bytes: Buffer;
  readonly link?: number;
}

interface Numbers {
  readonly is64: boolean;
  u16(value: number): Buffer;
  u32(value: number): Buffer;
  word(value: number): Buffer;
}

/** A kernel module with symbol versions, undefined symbols and exports, as modpost and ld make it. */
export function makeFullModule(plan: ModulePlan): Buffer {
  const numbers = numbersOf(plan);
  const crcs = Object.values(plan.exports ?? {});
  const strings = makeStrings();
  const symbols = makeSymbols(plan, numbers, strings);
  const sections: readonly Section[] = [
    { name: '', type: 0, bytes: Buffer.alloc(0) },
    { name: '.modinfo', type: 1, bytes: Buffer.from(plan.info.map((line) => `${line}\0`).join('')) },
    { name: '___kcrctab', type: 1, bytes: Buffer.concat(crcs.map((crc) => numbers.u32(crc))) },
    ...versionSections(plan, numbers),
    { name: '.symtab', type: 2, bytes: symbols, link: -1 },
    { name: '.strtab', type: 3, bytes: strings.bytes() },
  ];
  return writeFile(sections, numbers, plan);
}

function versionSections(plan: ModulePlan, numbers: Numbers): readonly Section[] {
  const row = (name: string, crc: number): Buffer => {
    const bytes = Buffer.alloc(64);
    numbers.word(crc).copy(bytes);
    bytes.write(name, numbers.is64 ? 8 : 4);
    return bytes;
  };
  const rows = Object.entries(plan.versions ?? {}).map(([name, crc]) => row(name, crc));
  const extended = Object.entries(plan.extended ?? {});
  return [
    ...(rows.length === 0 ? [] : [{ name: '__versions', type: 1, bytes: Buffer.concat(rows) }]),
    ...(extended.length === 0
      ? []
      : [
          { name: '__version_ext_crcs', type: 1, bytes: Buffer.concat(extended.map(([, crc]) => numbers.u32(crc))) },
          { name: '__version_ext_names', type: 1, bytes: Buffer.from(extended.map(([name]) => `${name}\0`).join('')) },
        ]),
  ];
}

function makeSymbols(plan: ModulePlan, numbers: Numbers, strings: Strings): Buffer {
  const symbol = (name: string, binding: number, section: number, value: number): Buffer => {
    const place = numbers.u32(strings.add(name));
    const info = Buffer.from([binding << 4, 0]);
    return numbers.is64
      ? Buffer.concat([place, info, numbers.u16(section), numbers.word(value), numbers.word(0)])
      : Buffer.concat([place, numbers.word(value), numbers.word(0), info, numbers.u16(section)]);
  };
  const crcSection = 2;
  return Buffer.concat([
    Buffer.alloc(numbers.is64 ? 24 : 16),
    ...Object.entries(plan.exports ?? {}).flatMap(([name, crc], index) => [
      symbol(`__ksymtab_${name}`, 0, 1, 0),
      plan.absolute === true ? symbol(`__crc_${name}`, 0, 0xfff1, crc) : symbol(`__crc_${name}`, 0, crcSection, index * 4),
    ]),
    ...(plan.imports ?? []).map((name) => symbol(name, 1, 0, 0)),
    ...(plan.weak ?? []).map((name) => symbol(name, 2, 0, 0)),
  ]);
}

function writeFile(sections: readonly Section[], numbers: Numbers, plan: ModulePlan): Buffer {
  const names = makeStrings();
  const all = [...sections, { name: '.shstrtab', type: 3, bytes: Buffer.alloc(0) }];
  const places = all.map(({ name }) => names.add(name));
  const bodies = all.map(({ name, bytes }) => (name === '.shstrtab' ? names.bytes() : bytes));
  const header = numbers.is64 ? 64 : 52;
  const offsets: number[] = [];
  let at = header;
  for (const body of bodies) {
    offsets.push(at);
    at += body.length;
  }
  const headers = all.map(({ type, link }, index) => {
    const before = Buffer.concat([numbers.u32(places[index] ?? 0), numbers.u32(type), numbers.word(0), numbers.word(0)]);
    const range = Buffer.concat([numbers.word(offsets[index] ?? 0), numbers.word(bodies[index]?.length ?? 0)]);
    const linked = link === undefined ? 0 : all.findIndex(({ name }) => name === '.strtab');
    return Buffer.concat([before, range, numbers.u32(linked), numbers.u32(0), numbers.word(1), numbers.word(0)]);
  });
  const ident = Buffer.alloc(16);
  ident.set([0x7f, 0x45, 0x4c, 0x46, numbers.is64 ? 2 : 1, plan.littleEndian === false ? 2 : 1, 1]);
  const start = [numbers.u16(1), numbers.u16(62), numbers.u32(1), numbers.word(0), numbers.word(0), numbers.word(at), numbers.u32(0)];
  const counts = [header, 0, 0, numbers.is64 ? 64 : 40, all.length, all.length - 1].map((value) => numbers.u16(value));
  return Buffer.concat([ident, ...start, ...counts, ...bodies, ...headers]);
}

function numbersOf(plan: ModulePlan): Numbers {
  const is64 = plan.class !== 32;
  const write = (value: number, size: number): Buffer => {
    const bytes = Buffer.alloc(size);
    if (size === 2) return bytes.writeUInt16LE(value) > 0 && plan.littleEndian === false ? bytes.swap16() : bytes;
    bytes.writeUInt32LE(value);
    if (plan.littleEndian !== false) return bytes;
    return size === 4 ? bytes.swap32() : bytes.swap64();
  };
  return { is64, u16: (value) => write(value, 2), u32: (value) => write(value, 4), word: (value) => write(value, is64 ? 8 : 4) };
}

interface Strings {
  add(text: string): number;
  bytes(): Buffer;
}

function makeStrings(): Strings {
  let text = '\0';
  return {
    add: (word) => {
      const offset = text.length;
      text += `${word}\0`;
      return offset;
    },
    bytes: () => Buffer.from(text),
  };
}
