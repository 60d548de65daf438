/** Writes ELF files that look like programs of Go's linker, for tests: only the tables that facts are read from. */
export interface GoPlan {
  readonly class?: 32 | 64;
  readonly littleEndian?: boolean;
  /** Of the function table: `f1` by default, `fb` for the form before Go 1.16. */
  readonly table?: 'f1' | 'f0' | 'fa' | 'fb';
  readonly functions?: readonly string[];
  readonly files?: readonly string[];
  /** What stands in the data: descriptors, type names, strings. */
  readonly data?: readonly (string | Uint8Array)[];
  readonly version?: string;
  /** Lines of the build's record. */
  readonly settings?: readonly string[];
  /** The record points to its texts, as before Go 1.18. */
  readonly pointers?: boolean;
  /** Section headers, which a program can do without. */
  readonly sections?: boolean;
  readonly note?: boolean;
}

const baseAddress = 0x40_0000;

export function makeGoProgram(plan: GoPlan): Buffer {
  const writer = makeWriter(plan);
  const headerBytes = writer.is64 ? 64 : 52;
  const segmentBytes = writer.is64 ? 56 : 32;
  const parts: { readonly bytes: Buffer; offset: number }[] = [];
  let end = headerBytes + 3 * segmentBytes;
  const add = (bytes: Buffer): { readonly bytes: Buffer; offset: number } => {
    const part = { bytes, offset: Math.ceil(end / 16) * 16 };
    end = part.offset + bytes.length;
    parts.push(part);
    return part;
  };
  const note = add(plan.note === false ? Buffer.alloc(4) : writer.note());
  const data = add(Buffer.concat((plan.data ?? []).flatMap((item) => [Buffer.from(item), Buffer.alloc(8)])));
  const table = add(plan.functions === undefined ? Buffer.alloc(0) : writer.table(plan));
  const info = add(plan.version === undefined ? Buffer.alloc(0) : writer.buildInfo(plan, baseAddress + Math.ceil(end / 16) * 16));
  const names = add(Buffer.from('\0.gopclntab\0.go.buildinfo\0.shstrtab\0'));
  const sections = add(Buffer.alloc(plan.sections === true ? 4 * writer.sectionBytes : 0));
  const file = Buffer.alloc(end);
  for (const part of parts) file.set(part.bytes, part.offset);
  file.set([0x7f, 0x45, 0x4c, 0x46, writer.is64 ? 2 : 1, plan.littleEndian === false ? 2 : 1, 1]);
  writer.u16s(file, 16, [2, 62]);
  writer.words(file, 24, [0, headerBytes, plan.sections === true ? sections.offset : 0]);
  const shape = plan.sections === true ? [writer.sectionBytes, 4, 3] : [0, 0, 0];
  writer.u16s(file, writer.is64 ? 52 : 40, [headerBytes, segmentBytes, 3, ...shape]);
  writer.segment(file, headerBytes, { type: 4, flags: 4, start: note.offset, end: note.offset + note.bytes.length });
  writer.segment(file, headerBytes + segmentBytes, { type: 1, flags: 4, start: data.offset, end: table.offset + table.bytes.length });
  writer.segment(file, headerBytes + 2 * segmentBytes, { type: 1, flags: 6, start: info.offset, end: info.offset + info.bytes.length });
  if (plan.sections === true) {
    writer.section(file, sections.offset + writer.sectionBytes, { name: 1, part: table });
    writer.section(file, sections.offset + 2 * writer.sectionBytes, { name: 12, part: info });
    writer.section(file, sections.offset + 3 * writer.sectionBytes, { name: 26, part: names });
  }
  return file;
}

interface Writer {
  readonly is64: boolean;
  readonly sectionBytes: number;
  u16s(target: Buffer, offset: number, values: readonly number[]): void;
  words(target: Buffer, offset: number, values: readonly number[]): void;
  note(): Buffer;
  table(plan: GoPlan): Buffer;
  buildInfo(plan: GoPlan, address: number): Buffer;
  segment(
    target: Buffer,
    at: number,
    segment: { readonly type: number; readonly flags: number; readonly start: number; readonly end: number },
  ): void;
  section(
    target: Buffer,
    at: number,
    section: { readonly name: number; readonly part: { readonly bytes: Buffer; readonly offset: number } },
  ): void;
}

function makeWriter(plan: GoPlan): Writer {
  const is64 = plan.class !== 32;
  const littleEndian = plan.littleEndian !== false;
  const wordBytes = is64 ? 8 : 4;
  const u32 = (target: Buffer, offset: number, value: number): void =>
    void (littleEndian ? target.writeUInt32LE(value, offset) : target.writeUInt32BE(value, offset));
  const words = (target: Buffer, offset: number, values: readonly number[]): void => {
    for (const [index, value] of values.entries()) {
      if (!is64) u32(target, offset + index * 4, value);
      else if (littleEndian) target.writeBigUInt64LE(BigInt(value), offset + index * 8);
      else target.writeBigUInt64BE(BigInt(value), offset + index * 8);
    }
  };
  return {
    is64,
    sectionBytes: is64 ? 64 : 40,
    words,
    u16s: (target, offset, values) => {
      for (const [index, value] of values.entries())
        void (littleEndian ? target.writeUInt16LE(value, offset + index * 2) : target.writeUInt16BE(value, offset + index * 2));
    },
    note: () => {
      const bytes = Buffer.alloc(20);
      for (const [index, value] of [4, 4, 4].entries()) u32(bytes, index * 4, value);
      bytes.write('Go\0\0test', 12);
      return bytes;
    },
    table: ({ table = 'f1', functions = [], files = [] }) => {
      const header = Buffer.alloc(8 + 9 * wordBytes);
      u32(header, 0, 0xffffff00 + Number.parseInt(table, 16));
      header.set([1, wordBytes], 6);
      const [names, units, fileNames] = [terminated(functions), Buffer.alloc(4), terminated(files)];
      const offsets = [header.length, header.length + names.length, header.length + names.length + units.length];
      const counts = table === 'fb' ? [functions.length] : [functions.length, files.length, ...(table === 'fa' ? [] : [0])];
      words(header, 8, table === 'fb' ? counts : [...counts, ...offsets, (offsets[2] ?? 0) + fileNames.length]);
      return Buffer.concat([header, names, units, fileNames, Buffer.alloc(16)]);
    },
    buildInfo: ({ version = '', settings = [], pointers = false }, address) => {
      const frame = Buffer.alloc(16, 0x30);
      const text = Buffer.concat([frame, Buffer.from(settings.map((line) => `${line}\n`).join('')), frame]);
      const head = Buffer.alloc(32);
      head.write('\u00ff Go buildinf:', 'latin1');
      head.set([wordBytes, pointers ? (littleEndian ? 0 : 1) : 2], 14);
      if (!pointers) return Buffer.concat([head, counted(Buffer.from(version)), counted(text)]);
      const strings = Buffer.alloc(4 * wordBytes);
      const start = address + head.length + strings.length;
      words(head, 16, [address + head.length, address + head.length + 2 * wordBytes]);
      words(strings, 0, [start, version.length, start + version.length, text.length]);
      return Buffer.concat([head, strings, Buffer.from(version), text]);
    },
    segment: (target, at, { type, flags, start, end }) => {
      u32(target, at, type);
      u32(target, at + (is64 ? 4 : 24), flags);
      words(target, at + (is64 ? 8 : 4), [start, baseAddress + start, baseAddress + start, end - start]);
    },
    section: (target, at, { name, part }) => {
      u32(target, at, name);
      u32(target, at + 4, 1);
      words(target, at + (is64 ? 24 : 16), [part.offset, part.bytes.length]);
    },
  };
}

function terminated(texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1');
}

function varint(value: number): Buffer {
  return Buffer.from(value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)]);
}

function counted(bytes: Buffer): Buffer {
  return Buffer.concat([varint(bytes.length), bytes]);
}

/** A field of a protobuf message that holds text or a message. */
export function field(number: number, value: string | Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), counted(Buffer.from(value))]);
}

export interface ProtoPlan {
  readonly name: string;
  readonly package: string;
  readonly goPackage?: string;
  readonly services: readonly string[];
  /** As protoc writes JSON names and gogo doesn't. */
  readonly jsonNames?: boolean;
}

/** A FileDescriptorProto with one message, and one streaming method a service. */
export function makeDescriptor(plan: ProtoPlan): Buffer {
  const member = [
    field(1, 'container_id'),
    Buffer.from([0x18, 1, 0x20, 1, 0x28, 9]),
    ...(plan.jsonNames === true ? [field(10, 'containerId')] : []),
  ];
  const request = `.${plan.package}.Request`;
  const method = [field(1, 'Start'), field(2, request), field(3, request), Buffer.from([0x30, 1])];
  return Buffer.concat([
    field(1, plan.name),
    field(2, plan.package),
    field(4, Buffer.concat([field(1, 'Request'), field(2, Buffer.concat(member))])),
    ...plan.services.map((name) => field(6, Buffer.concat([field(1, name), field(2, Buffer.concat(method))]))),
    ...(plan.goPackage === undefined ? [] : [field(8, field(11, plan.goPackage))]),
    field(12, 'proto3'),
  ]);
}
