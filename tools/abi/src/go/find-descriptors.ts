import { inflateRawSync, constants, crc32 } from 'node:zlib';
import { Failure } from '@moby/model';
import { type FileRange, type GoLayout, indexesOf } from './go-layout.ts';
import { makeWireReader, type WireField, type WireReader, wireType } from './proto-wire.ts';

/** A FileDescriptorProto (google/protobuf/descriptor.proto) that generated code carries. */
export interface FoundDescriptor {
  readonly reader: WireReader;
  /** Of the file, ascending by number. */
  readonly fields: readonly WireField[];
}

export const fileField = {
  name: 1,
  package: 2,
  dependency: 3,
  message: 4,
  enum: 5,
  service: 6,
  extension: 7,
  options: 8,
  sourceInfo: 9,
  publicDependency: 10,
  weakDependency: 11,
  syntax: 12,
  edition: 14,
  optionDependency: 15,
} as const;

const suffix = '.proto';
const maxNameBytes = 255;
const maxDescriptorBytes = 4 << 20;
/** dockerd has about 2,000. */
const maxCandidates = 1_000_000;
/** Unpacking the beginning of a gzip member takes as long as so many other candidates. */
const gzipCost = 128;
const maxInflatedBytes = 128 << 20;
/** Two bytes of gzip's magic, deflate, no flags: as Go's `compress/gzip` writes. */
const gzipStart = '\u001f\u008b\b\0';
const gzipHeaderBytes = 10;
/** Enough for deflate's own tables and a name after them. */
const peekBytes = 512;

/**
 * The file descriptors in a program's data, in the file's order: raw ones of google.golang.org/protobuf and gzipped ones
 * of gogo and of its predecessors. Their length stands in machine code, so a raw one is read as long as fields follow that
 * can stand there: protoc and Go write them ascending by number. Throws `Failure` `limit` at the bounds.
 */
export function* findDescriptors(layout: GoLayout, skip: FileRange | undefined): Generator<FoundDescriptor> {
  const { bytes, view } = layout;
  const reader = makeWireReader(bytes, view.path);
  const inflated = makeBudget(view.path, { most: maxInflatedBytes, what: 'bytes of unpacked protobuf descriptors' });
  const candidates = makeBudget(view.path, { most: maxCandidates, what: 'places where a protobuf descriptor may begin' });
  for (const range of dataRanges(layout, skip)) {
    let from = range.start;
    for (const at of indexesOf(bytes, suffix, range)) {
      if (at < from) continue;
      candidates(1);
      const found = rawAt(reader, at + suffix.length, range);
      if (found === undefined) continue;
      yield found;
      from = found.fields.at(-1)?.end ?? from;
    }
    for (const at of indexesOf(bytes, gzipStart, range)) {
      candidates(gzipCost);
      const unpacked = inflateAt(bytes, { start: at, end: range.end }, inflated);
      const inner = unpacked && makeWireReader(unpacked, view.path);
      const fields = inner && readFile(inner, { start: 0, end: inner.bytes.length });
      if (inner !== undefined && fields?.at(-1)?.end === inner.bytes.length) yield { reader: inner, fields };
    }
  }
}

/** Takes amounts until they are too much. */
type Budget = (amount: number) => void;

function makeBudget(path: string, limit: { readonly most: number; readonly what: string }): Budget {
  let left = limit.most;
  return (amount) => {
    left -= amount;
    if (left < 0) throw new Failure({ code: 'limit', message: `\`${path}\` has more than ${limit.most} ${limit.what}` });
  };
}

/** What is loaded, isn't code, and isn't skipped. */
export function dataRanges(layout: GoLayout, skip: FileRange | undefined): readonly FileRange[] {
  return layout.loads
    .filter((load) => !load.executable)
    .flatMap(({ start, end }) =>
      skip === undefined || skip.end <= start || skip.start >= end
        ? [{ start, end }]
        : [
            { start, end: skip.start },
            { start: skip.end, end },
          ],
    )
    .filter((range) => range.start < range.end);
}

/** The descriptor whose name ends at `nameEnd`: its first field is the name, so a tag and a length stand before it. */
function rawAt(reader: WireReader, nameEnd: number, range: FileRange): FoundDescriptor | undefined {
  const { bytes } = reader;
  for (let length = suffix.length + 1; length <= maxNameBytes; length++) {
    const start = nameEnd - length;
    if (start - 2 < range.start || !isNameByte(bytes[start] ?? 0)) return undefined;
    const lengthBytes = length < 0x80 ? 1 : 2;
    const tagAt = start - lengthBytes - 1;
    if (tagAt < range.start || bytes[tagAt] !== 0x0a || bytes[start - lengthBytes] !== (length < 0x80 ? length : (length & 0x7f) | 0x80))
      continue;
    if (lengthBytes === 2 && bytes[start - 1] !== length >> 7) continue;
    const fields = readFile(reader, { start: tagAt, end: Math.min(tagAt + maxDescriptorBytes, range.end) });
    if (fields !== undefined) return { reader, fields };
  }
  return undefined;
}

/** Letters, digits and the punctuation of a path. */
function isNameByte(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f;
}

/** The fields of the file descriptor that begins at `start`; undefined where it is none. */
function readFile(reader: WireReader, range: FileRange): readonly WireField[] | undefined {
  const fields: WireField[] = [];
  let at = range.start;
  let dependencies = 0;
  while (at < range.end) {
    const field = reader.field(at, range.end);
    const last = fields.at(-1)?.number ?? 0;
    if (field === undefined || field.number < last || !canStand(reader, field, { last, dependencies })) break;
    if (field.number === fileField.dependency) dependencies++;
    fields.push(field);
    at = field.end;
  }
  // A name alone is any text before which a length happens to stand.
  return fields.length > 1 && fields[0]?.number === fileField.name ? fields : undefined;
}

function canStand(reader: WireReader, field: WireField, context: { readonly last: number; readonly dependencies: number }): boolean {
  const text = (pattern: RegExp): boolean =>
    field.type === wireType.text &&
    field.end - field.valueStart <= maxNameBytes &&
    pattern.test(reader.bytes.toString('latin1', field.valueStart, field.end));
  const isFirst = field.number !== context.last;
  switch (field.number) {
    case fileField.name:
      return isFirst && text(/^[!-~]+\.proto$/);
    case fileField.package:
      return isFirst && text(/^[\w.]+$/);
    case fileField.dependency:
    case fileField.optionDependency:
      return text(/^[!-~]+$/);
    case fileField.message:
    case fileField.enum:
    case fileField.service:
      return isNamed(reader, field);
    case fileField.extension:
      return isMessage(reader, field);
    case fileField.options:
    case fileField.sourceInfo:
      return isFirst && isMessage(reader, field);
    case fileField.publicDependency:
    case fileField.weakDependency:
      return field.type === wireType.varint && field.value < context.dependencies;
    case fileField.syntax:
      return isFirst && text(/^(?:proto[23]|editions)$/);
    case fileField.edition:
      return isFirst && field.type === wireType.varint && field.value >= 900 && field.value < 0x80000000;
    default:
      return false;
  }
}

/** Messages, enums and services all begin with their name. */
function isNamed(reader: WireReader, field: WireField): boolean {
  if (field.type !== wireType.text) return false;
  const name = reader.field(field.valueStart, field.end);
  if (name === undefined || name.number !== 1 || name.type !== wireType.text || name.end - name.valueStart > maxNameBytes) return false;
  return /^[A-Za-z_]\w*$/.test(reader.bytes.toString('latin1', name.valueStart, name.end)) && isMessage(reader, field);
}

function isMessage(reader: WireReader, field: WireField): boolean {
  return field.type === wireType.text && reader.message({ start: field.valueStart, end: field.end }) !== undefined;
}

/** A gzip member that begins like a descriptor, whole and with the right checksum (RFC 1952). */
function inflateAt(bytes: Buffer, range: FileRange, budget: Budget): Buffer | undefined {
  const packed = bytes.subarray(range.start + gzipHeaderBytes, Math.min(range.start + maxDescriptorBytes, range.end));
  const start = inflate(packed.subarray(0, peekBytes), constants.Z_SYNC_FLUSH);
  budget(start?.length ?? 0);
  if (start === undefined || start[0] !== 0x0a || start.subarray(0, maxNameBytes + 8).indexOf(suffix) < 0) return undefined;
  const whole = inflate(packed, constants.Z_FINISH);
  budget(whole?.length ?? maxDescriptorBytes);
  if (whole === undefined) return undefined;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(whole));
  trailer.writeUInt32LE(whole.length, 4);
  return packed.includes(trailer) ? whole : undefined;
}

/** The raw deflate stream at the beginning of some bytes, whatever follows it. */
function inflate(packed: Buffer, finishFlush: number): Buffer | undefined {
  try {
    return inflateRawSync(packed, { finishFlush, maxOutputLength: maxDescriptorBytes });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && /^(?:Z_|ERR_BUFFER_TOO_LARGE)/.test(String(cause.code)))) throw cause;
    return undefined;
  }
}
