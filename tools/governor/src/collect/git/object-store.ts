import { looseHead, looseBytes } from './loose-object.ts';
import { placesOfObject, type ObjectFolders } from './object-folders.ts';
import type { ObjectType } from './pack-entry.ts';
import { openPackIndexes } from './pack-index.ts';
import { openPackedObjects } from './packed-objects.ts';
import { corruptObject } from './unreadable-repository.ts';

/** What an object is, known before it is inflated. */
export interface ObjectHead {
  readonly type: ObjectType;
  readonly size: number;
  /** The largest of it, of the objects that it is written as a difference to, and of the differences: no piece in memory becomes larger. */
  readonly largestSize: number;
}

/** The files of a repository in which its objects lie: packs, and loose ones. */
export interface ObjectStore {
  /** From the first bytes of it, so that nothing large is inflated to learn that it is too large. Undefined where the repository hasn't got it. */
  headOf(oid: string): ObjectHead | undefined;
  /** The bytes of an object with this head; whether they are what the oid says is for the reader to prove. */
  bytesOf(oid: string, head: ObjectHead): Buffer;
}

/** A pack is read whole when the first of its objects is asked for, and kept as long as the value is. */
export function openObjectStore(folders: ObjectFolders): ObjectStore {
  const find = openPackIndexes(folders);
  const packed = openPackedObjects(find);
  const placesOf = (oid: string): readonly string[] => placesOfObject(folders, oid.slice(0, 2), oid.slice(2));
  return {
    headOf: (oid) => {
      const place = find(oid);
      return place === undefined ? firstOf(placesOf(oid), (path) => looseHead(oid, path)) : packed.headAt(oid, place);
    },
    bytesOf: (oid, head) => {
      const place = find(oid);
      if (place !== undefined) return packed.bytesAt(oid, place);
      const bytes = firstOf(placesOf(oid), (path) => looseBytes(oid, path, head));
      if (bytes === undefined) throw corruptObject(oid);
      return bytes;
    },
  };
}

function firstOf<Value>(places: readonly string[], read: (place: string) => Value | undefined): Value | undefined {
  for (const place of places) {
    const value = read(place);
    if (value !== undefined) return value;
  }
  return undefined;
}
