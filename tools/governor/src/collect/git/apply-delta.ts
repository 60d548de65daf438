import { corruptObject } from './unreadable-repository.ts';
import { littleEndian, nextByte, type Cursor } from './pack-entry.ts';

/** What a difference makes of its base (gitformat-pack(5), "Deltified representation"). */
export function applyDelta(oid: string, base: Buffer, delta: Buffer): Buffer {
  const cursor: Cursor = { bytes: delta, at: 0, oid };
  const [before, size] = [littleEndian(cursor), littleEndian(cursor)];
  if (before !== base.length) throw corruptObject(oid);
  const made = Buffer.allocUnsafe(size);
  let at = 0;
  while (cursor.at < delta.length) {
    const word = nextByte(cursor);
    if (word === 0) throw corruptObject(oid);
    const from = word < 128 ? delta : base;
    const begin = word < 128 ? cursor.at : numberOf(cursor, word & 15, 4);
    const length = word < 128 ? word : numberOf(cursor, (word >> 4) & 7, 3) || 0x1_0000;
    if (begin + length > from.length || at + length > size) throw corruptObject(oid);
    from.copy(made, at, begin, begin + length);
    at += length;
    if (word < 128) cursor.at += length;
  }
  if (at !== size) throw corruptObject(oid);
  return made;
}

/** A number of which only the bytes that aren't zero are there, the least first; a bit says of each whether it is. */
function numberOf(cursor: Cursor, present: number, bytes: number): number {
  let value = 0;
  for (let index = 0; index < bytes; index += 1) if ((present >> index) & 1) value += nextByte(cursor) * 256 ** index;
  return value;
}
