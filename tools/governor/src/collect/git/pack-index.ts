import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBoundedFile } from './bounded-file.ts';
import { placesOfObject, type ObjectFolders } from './object-folders.ts';
import { cloneAgain, unreadableRepository } from './unreadable-repository.ts';

/** Where an object begins in a pack. */
export interface PackedPlace {
  readonly pack: string;
  readonly offset: number;
}

export type FindPacked = (oid: string) => PackedPlace | undefined;

const magic = 0xff744f63;
const namesAt = 8 + 256 * 4;

/** Looks objects up in the indexes of the packs (gitformat-pack(5), version 2), which are read at the first question. */
export function openPackIndexes(folders: ObjectFolders): FindPacked {
  let indexes: readonly PackIndex[] | undefined;
  return (oid) => {
    indexes ??= placesOfObject(folders, 'pack').flatMap(readIndexes);
    const wanted = Buffer.from(oid, 'hex');
    for (const index of indexes) {
      const offset = offsetOf(index, wanted);
      if (offset !== undefined) return { pack: index.pack, offset };
    }
    return undefined;
  };
}

interface PackIndex {
  readonly pack: string;
  readonly bytes: Buffer;
  readonly count: number;
}

function readIndexes(folder: string): readonly PackIndex[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.idx'))
    .sort()
    .map((name) => {
      const bytes = readBoundedFile(join(folder, name));
      if (bytes.length < namesAt + 40 || bytes.readUInt32BE(0) !== magic || bytes.readUInt32BE(4) !== 2)
        throw unreadableRepository(`\`${join(folder, name)}\` is no index of a pack in version 2`, 'write it anew: git repack -ad');
      const count = bytes.readUInt32BE(namesAt - 4);
      if (bytes.length < namesAt + count * 28 + 40) throw unreadableRepository(`\`${join(folder, name)}\` is cut short`, cloneAgain);
      return { pack: join(folder, name.replace(/idx$/, 'pack')), bytes, count };
    });
}

function offsetOf({ bytes, count, pack }: PackIndex, oid: Buffer): number | undefined {
  const first = oid[0] ?? 0;
  let low = first === 0 ? 0 : bytes.readUInt32BE(8 + (first - 1) * 4);
  let high = Math.min(count, bytes.readUInt32BE(8 + first * 4));
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = namesAt + middle * 20;
    const order = bytes.compare(oid, 0, 20, at, at + 20);
    if (order === 0) {
      const offset = bytes.readUInt32BE(namesAt + count * 24 + middle * 4);
      if (offset >= 0x8000_0000) throw unreadableRepository(`\`${pack}\` has more than 2 GiB`, 'git repack -ad --max-pack-size=512m');
      return offset;
    }
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}
