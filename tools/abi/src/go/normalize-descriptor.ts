import { fileField, type FoundDescriptor } from './find-descriptors.ts';
import { type WireField, type WireReader, wireType } from './proto-wire.ts';

/** What is dropped from a message of descriptor.proto, and which of its fields hold such messages. */
interface Shape {
  readonly drops: number | undefined;
  readonly inner: ReadonlyMap<number, Shape>;
}

const maxDepth = 64;

const field: Shape = { drops: 10, inner: new Map() };
const messageMembers = new Map<number, Shape>([
  [2, field],
  [6, field],
]);
const message: Shape = { drops: undefined, inner: messageMembers };
messageMembers.set(3, message);
const file: Shape = {
  drops: fileField.sourceInfo,
  inner: new Map([
    [fileField.message, message],
    [fileField.extension, field],
  ]),
};

/**
 * The bytes of a FileDescriptorProto without `json_name`, which gogo leaves out, and without source positions; each
 * message's fields ascending by number, those of one number in their order.
 */
export function normalizeFile({ reader, fields }: FoundDescriptor): Buffer {
  return Buffer.concat(partsOf(reader, fields, { shape: file, depth: 0 }));
}

function partsOf(
  reader: WireReader,
  fields: readonly WireField[],
  place: { readonly shape: Shape; readonly depth: number },
): readonly Buffer[] {
  return fields
    .filter((item) => item.number !== place.shape.drops)
    .sort((a, b) => a.number - b.number)
    .flatMap((item) => {
      const shape = place.shape.inner.get(item.number);
      const members =
        shape === undefined || item.type !== wireType.text || place.depth >= maxDepth
          ? undefined
          : reader.message({ start: item.valueStart, end: item.end });
      if (shape === undefined || members === undefined) return [reader.bytes.subarray(item.start, item.end)];
      const value = Buffer.concat(partsOf(reader, members, { shape, depth: place.depth + 1 }));
      return [Buffer.from([...varint(item.number * 8 + wireType.text), ...varint(value.length)]), value];
    });
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];
}
