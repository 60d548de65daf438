import { closeSync, openSync, readSync } from 'node:fs';
import { Failure } from '@moby/model';
import { readBoundedFile } from './bounded-file.ts';
import type { ObjectHead } from './object-store.ts';
import { beginBytes, inflateBegin, inflateWhole, type ObjectType } from './pack-entry.ts';
import { corruptObject } from './unreadable-repository.ts';

/** Of a file that holds `blob 5 NUL` and the bytes, compressed; undefined where it is missing. */
export function looseHead(oid: string, path: string): ObjectHead | undefined {
  const file = beginOf(path);
  if (file === undefined) return undefined;
  const [type, size] = /^(blob|commit|tag|tree) ([0-9]{1,15})\0/.exec(inflateBegin(oid, file).toString('latin1'))?.slice(1) ?? [];
  if (!isType(type)) throw corruptObject(oid);
  return { type, size: Number(size), largestSize: Number(size) };
}

/** Undefined where it is missing. */
export function looseBytes(oid: string, path: string, { type, size }: ObjectHead): Buffer | undefined {
  const file = readIfThere(oid, path);
  if (file === undefined) return undefined;
  const begin = `${type} ${size}\0`;
  const bytes = inflateWhole(oid, file, begin.length + size);
  if (bytes.toString('latin1', 0, begin.length) !== begin) throw corruptObject(oid);
  return bytes.subarray(begin.length);
}

/** Undefined where it can't be opened: the packs and the other places are still to be asked. */
function beginOf(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const bytes = Buffer.alloc(beginBytes);
    return bytes.subarray(0, readSync(file, bytes, 0, beginBytes, 0));
  } finally {
    closeSync(file);
  }
}

function readIfThere(oid: string, path: string): Buffer | undefined {
  try {
    return readBoundedFile(path);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw corruptObject(oid, cause);
  }
}

function isType(type: string | undefined): type is ObjectType {
  return type === 'blob' || type === 'commit' || type === 'tag' || type === 'tree';
}
