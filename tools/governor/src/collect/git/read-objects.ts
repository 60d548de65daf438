import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { readObject } from 'isomorphic-git';
import { Failure } from '@moby/model';
import { openObjectSizes, type ObjectHead, type ObjectType } from './object-sizes.ts';
import type { ObjectFolders } from './object-folders.ts';
import { openPackIndexes } from './pack-index.ts';
import { readOnlyFiles } from './read-only-files.ts';
import { cloneAgain, unreadableRepository } from './unreadable-repository.ts';

/** Objects of a repository by their oids. One question at a time: isomorphic-git reads a pack once for each that asks meanwhile. */
export interface GitObjects {
  /** Type and size, without reading the rest. Throws `unreadable-repository` where it is missing. */
  headOf(oid: string): ObjectHead;
  /** The object's bytes, proven by its oid. Throws `limit` where it is larger, before a byte of it is inflated. */
  read(oid: string, type: ObjectType, maxBytes: number): Promise<Buffer>;
}

/** What an object may be written as a difference to, whatever its own size. */
const maxBaseBytes = 128 * 1024 ** 2;
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** `cache` holds what isomorphic-git has read; it is dropped with the review. */
export function readObjects(folders: ObjectFolders, cache: object): GitObjects {
  const find = openPackIndexes(folders);
  const fs = readOnlyFiles(folders, (oid) => find(oid) !== undefined);
  const sizes = openObjectSizes(folders, find);
  const heads = new Map<string, ObjectHead>();
  const headOf = (oid: string): ObjectHead => {
    if (oid === emptyTree) return { type: 'tree', size: 0, largestSize: 0 };
    const head = heads.get(oid) ?? sizes(oid);
    if (head === undefined)
      throw unreadableRepository(`object ${oid} isn't in the repository`, 'fetch the commits with all of their trees, as git fetch does');
    heads.set(oid, head);
    return head;
  };
  const bytesOf = async (oid: string, size: number): Promise<Buffer> => {
    const found = await readObject({ fs, gitdir: folders.git, oid, format: 'deflated', cache });
    if (found.format === 'content') return Buffer.from(found.object);
    if (found.format !== 'deflated') throw new TypeError(`an object came as ${found.format}`);
    const wrapped = inflateSync(found.object, { maxOutputLength: size + 64 });
    return wrapped.subarray(wrapped.indexOf(0) + 1);
  };
  return {
    headOf,
    read: async (oid, type, maxBytes) => {
      const head = headOf(oid);
      if (head.type !== type) throw unreadableRepository(`object ${oid} is a ${head.type}; a ${type} is expected`, cloneAgain);
      if (head.size > maxBytes || head.largestSize > Math.max(maxBytes, maxBaseBytes))
        throw new Failure({ code: 'limit', message: `${type} ${oid} has ${head.size} bytes; at most ${maxBytes} are read` });
      if (oid === emptyTree) return Buffer.alloc(0);
      const bytes = await bytesOf(oid, head.size).catch((cause: unknown) => {
        throw cause instanceof Failure ? cause : corrupt(oid, cause);
      });
      if (createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex') !== oid) throw corrupt(oid);
      return bytes;
    },
  };
}

function corrupt(oid: string, cause?: unknown): Failure {
  return unreadableRepository(`object ${oid} is corrupt`, `git fsck tells more; ${cloneAgain}`, cause);
}
