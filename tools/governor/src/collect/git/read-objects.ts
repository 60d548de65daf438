import { createHash } from 'node:crypto';
import { Failure } from '@moby/model';
import type { ObjectFolders } from './object-folders.ts';
import { openObjectStore, type ObjectHead } from './object-store.ts';
import type { ObjectType } from './pack-entry.ts';
import { cloneAgain, corruptObject, unreadableRepository } from './unreadable-repository.ts';

/** Objects of a repository by their oids. */
export interface GitObjects {
  /** Type and size, without reading the rest. Throws `unreadable-repository` where it is missing. */
  headOf(oid: string): ObjectHead;
  /** The object's bytes, proven by its oid. Throws `limit` where it is larger, before a byte of it is inflated. */
  read(oid: string, type: ObjectType, maxBytes: number): Promise<Buffer>;
}

/** What an object may be written as a difference to, whatever its own size. */
const maxBaseBytes = 128 * 1024 ** 2;
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export function readObjects(folders: ObjectFolders): GitObjects {
  const store = openObjectStore(folders);
  const heads = new Map<string, ObjectHead>();
  const headOf = (oid: string): ObjectHead => {
    if (oid === emptyTree) return { type: 'tree', size: 0, largestSize: 0 };
    const head = heads.get(oid) ?? store.headOf(oid);
    if (head === undefined)
      throw unreadableRepository(`object ${oid} isn't in the repository`, 'fetch the commits with all of their trees, as git fetch does');
    heads.set(oid, head);
    return head;
  };
  return {
    headOf,
    read: async (oid, type, maxBytes) => {
      const head = headOf(oid);
      if (head.type !== type) throw unreadableRepository(`object ${oid} is a ${head.type}; a ${type} is expected`, cloneAgain);
      if (head.size > maxBytes || head.largestSize > Math.max(maxBytes, maxBaseBytes))
        throw new Failure({ code: 'limit', message: `${type} ${oid} has ${head.size} bytes; at most ${maxBytes} are read` });
      if (oid === emptyTree) return Buffer.alloc(0);
      const bytes = store.bytesOf(oid, head);
      if (createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex') !== oid) throw corruptObject(oid);
      return bytes;
    },
  };
}
