import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { ByteSource } from '@moby/abi';
import { Failure, unreadable } from '@moby/model';

/** A desktop's root has about 600,000. */
const maxEntries = 2_000_000;
/** Linux: PATH_MAX bounds a path to half as many folders. */
const maxDepth = 128;
/** Of the kernel, where a machine that runs shows itself; in an unpacked root they are empty. */
const kernelFolders: ReadonlySet<string> = new Set(['/proc', '/sys', '/dev']);

export type FolderEntry =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/**
 * The files and symbolic links below a folder, with their paths in it (`/usr/bin/x`), in the order of the file system. No link is
 * followed, so nothing outside is seen. Throws `Failure` `limit`, and `io` for a folder that can't be read.
 */
export function* walkFolder(folder: string): Generator<FolderEntry> {
  const waiting: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  let count = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at.depth > maxDepth) throw new Failure({ code: 'limit', message: `\`${folder}\` has folders of more than ${maxDepth} levels` });
    for (const entry of readFolder(join(folder, at.path), at.depth === 0)) {
      if (++count > maxEntries) throw new Failure({ code: 'limit', message: `\`${folder}\` has more than ${maxEntries} files` });
      const path = `${at.path}/${entry.name}`;
      if (entry.isSymbolicLink()) {
        const target = targetOf(join(folder, path));
        if (target !== undefined) yield { kind: 'symlink', path, target };
      } else if (entry.isFile()) yield { kind: 'file', path };
      else if (entry.isDirectory() && !kernelFolders.has(path)) waiting.push({ path, depth: at.depth + 1 });
    }
  }
}

/** Nothing of a folder that has gone since the one above it was read. */
function readFolder(folder: string, isFirst: boolean): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    if (!isFirst && isGone(cause)) return [];
    throw unreadable(folder, cause);
  }
}

/** Undefined where the link has gone, or is none any more. */
function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (cause) {
    if (isGone(cause)) return undefined;
    throw unreadable(path, cause);
  }
}

function isGone(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && ['ENOENT', 'ENOTDIR', 'EINVAL', 'ESRCH'].includes(String(cause.code));
}

export interface OpenFile {
  readonly mode: number;
  readonly source: ByteSource;
}

/** A regular file for as long as `use` runs; undefined where it isn't one any more, or may not be read. */
export function withFile<Result>(path: string, use: (file: OpenFile) => Result): Result | undefined {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const { size: length, mode } = fstatSync(handle);
    return use({ mode, source: { length, read: (offset, size) => readAt(handle, { path, offset, size }) } });
  } finally {
    closeSync(handle);
  }
}

function readAt(handle: number, place: { readonly path: string; readonly offset: number; readonly size: number }): Uint8Array {
  const bytes = Buffer.allocUnsafe(place.size);
  for (let done = 0; done < place.size;) {
    const count = readPart(handle, { ...place, bytes, done });
    if (count === 0) throw new Failure({ code: 'io', message: `\`${place.path}\` became shorter while it was read` });
    done += count;
  }
  return bytes;
}

interface Part {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  readonly bytes: Buffer;
  readonly done: number;
}

function readPart(handle: number, { path, offset, size, bytes, done }: Part): number {
  try {
    return readSync(handle, bytes, done, size - done, offset + done);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
