import { Failure } from '@moby/model';
import type { FileRange } from './go-layout.ts';

/** A field of a protobuf message as it stands in the bytes (Protocol Buffers, "Encoding"). */
export interface WireField extends FileRange {
  readonly number: number;
  readonly type: (typeof wireType)[keyof typeof wireType];
  /** Where the value's bytes begin, after tag and length; `start` is the tag's, `end` the field's. */
  readonly valueStart: number;
  /** The value of a varint that is at most 2^53; 0 for all other fields. */
  readonly value: number;
}

export const wireType = { varint: 0, fixed64: 1, text: 2, fixed32: 5 } as const;

/** Reads fields and counts them, so that a search over arbitrary bytes ends. */
export interface WireReader {
  readonly bytes: Buffer;
  /** The field at a place, or undefined where no field is that ends within `end`. */
  field(at: number, end: number): WireField | undefined;
  /** All fields of a message, or undefined where its bytes are none. */
  message(range: FileRange): readonly WireField[] | undefined;
}

/** All descriptors of dockerd have about 60,000. */
const maxFields = 8_000_000;
const maxVarintBytes = 10;

/** Throws `Failure` `limit` after 8,000,000 fields; `path` is the file's name in it. */
export function makeWireReader(bytes: Buffer, path: string): WireReader {
  let left = maxFields;
  const field = (at: number, end: number): WireField | undefined => {
    if (--left < 0) throw new Failure({ code: 'limit', message: `\`${path}\` has more than ${maxFields} protobuf fields` });
    return readField(bytes, at, end);
  };
  return {
    bytes,
    field,
    message: ({ start, end }) => {
      const fields: WireField[] = [];
      let at = start;
      while (at < end) {
        const next = field(at, end);
        if (next === undefined) return undefined;
        fields.push(next);
        at = next.end;
      }
      return fields;
    },
  };
}

function readField(bytes: Buffer, at: number, end: number): WireField | undefined {
  const tag = readVarint(bytes, at, end);
  if (tag === undefined || tag.value >= 2 ** 32) return undefined;
  const number = Math.floor(tag.value / 8);
  if (number === 0) return undefined;
  const place = { number, start: at, valueStart: tag.end };
  switch (tag.value % 8) {
    case wireType.varint: {
      const varint = readVarint(bytes, tag.end, end);
      return varint && { ...place, type: wireType.varint, value: varint.value, end: varint.end };
    }
    case wireType.fixed64:
      return tag.end + 8 > end ? undefined : { ...place, type: wireType.fixed64, value: 0, end: tag.end + 8 };
    case wireType.text: {
      const length = readVarint(bytes, tag.end, end);
      if (length === undefined || length.end + length.value > end) return undefined;
      return { ...place, type: wireType.text, valueStart: length.end, value: 0, end: length.end + length.value };
    }
    case wireType.fixed32:
      return tag.end + 4 > end ? undefined : { ...place, type: wireType.fixed32, value: 0, end: tag.end + 4 };
    default:
      // Groups (3 and 4) occur in no descriptor.
      return undefined;
  }
}

function readVarint(bytes: Buffer, at: number, end: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < maxVarintBytes && at + index < end; index++) {
    const byte = bytes[at + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return undefined;
}
