import {
  allowedSignersFile,
  isSignerFile,
  maxAllowedSignersBytes,
  maxOpenPgpKeyBytes,
  maxOpenPgpKeyFiles,
  openPgpKeysFolder,
  type SignerFault,
  type SignerFiles,
} from '../signatures/signers.ts';
import { kindOf } from './git/parse-tree.ts';
import type { GitObjects } from './git/read-objects.ts';
import type { TreeReader } from './lines/open-tree.ts';
import type { Merge } from './merge/merge-changes.ts';
import { comparePaths, type FileEntry } from './trees/change.ts';

export interface SignerTree {
  readonly objects: GitObjects;
  readonly tree: TreeReader;
  /** Changes that are laid over the tree. */
  readonly laid?: Merge['laid'];
}

/** Files below the folder of keys that are looked at, whatever they are. */
const maxListed = 5000;

/** Whom a tree allows to sign commits. What is too large, or too much, is a fault and counts for nothing. */
export async function readSignerFiles({ objects, tree, laid }: SignerTree): Promise<SignerFiles> {
  const openPgpKeys = new Map<string, Uint8Array>();
  const faults: SignerFault[] = [];
  let allowedSigners: Uint8Array | undefined;
  for (const [path, entry] of await entriesOf({ tree, ...(laid === undefined ? {} : { laid }) })) {
    const isList = path === allowedSignersFile;
    const maxBytes = isList ? maxAllowedSignersBytes : maxOpenPgpKeyBytes;
    const why = refusalOf(objects, entry, { maxBytes, isTooMany: !isList && openPgpKeys.size >= maxOpenPgpKeyFiles });
    if (why !== undefined) {
      faults.push({ path, why });
      continue;
    }
    const bytes = await objects.read(entry.oid, 'blob', maxBytes);
    if (isList) allowedSigners = bytes;
    else openPgpKeys.set(path, bytes);
  }
  return { ...(allowedSigners === undefined ? {} : { allowedSigners }), openPgpKeys, faults };
}

/** Sorted by path. */
async function entriesOf({ tree, laid }: Omit<SignerTree, 'objects'>): Promise<readonly (readonly [string, FileEntry])[]> {
  const entries = new Map<string, FileEntry>();
  const list = await tree.entry(allowedSignersFile);
  if (list !== undefined) entries.set(allowedSignersFile, list);
  for (const [name, entry] of await tree.filesBelow(openPgpKeysFolder.slice(0, -1), maxListed))
    if (isSignerFile(openPgpKeysFolder + name)) entries.set(openPgpKeysFolder + name, entry);
  for (const [path, entry] of laid ?? []) {
    if (!isSignerFile(path)) continue;
    if (entry === undefined) entries.delete(path);
    else entries.set(path, entry);
  }
  return [...entries].sort(([a], [b]) => comparePaths(a, b));
}

interface Bounds {
  readonly maxBytes: number;
  readonly isTooMany: boolean;
}

function refusalOf(objects: GitObjects, { mode, oid }: FileEntry, { maxBytes, isTooMany }: Bounds): string | undefined {
  if (kindOf(mode) !== 'file') return 'it is no plain file';
  if (isTooMany) return `there are more than ${maxOpenPgpKeyFiles} files of keys; the first ones by name are read`;
  const { size } = objects.headOf(oid);
  return size > maxBytes ? `it has ${size} bytes; at most ${maxBytes} are read` : undefined;
}
