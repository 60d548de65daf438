import { createHash } from 'node:crypto';
import { parseDigest, type Digest } from '@moby/model';

/** What a segment is written from. Paths have no leading slash; modes are permission bits; owner is root, time is zero. */
export type TreeEntry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: 'symlink'; readonly path: string; readonly mode: number; readonly target: string };

export function makeDirectory(path: string, mode = 0o755): TreeEntry {
  return { kind: 'directory', path, mode };
}

export function makeTextFile(path: string, text: string, mode = 0o644): TreeEntry {
  return { kind: 'file', path, mode, bytes: new TextEncoder().encode(text) };
}

export function makeLink(path: string, target: string): TreeEntry {
  return { kind: 'symlink', path, mode: 0o777, target };
}

/**
 * The entries with all their parents (0755), sorted by path in code units, so that a parent stands before what it holds:
 * the kernel drops an entry without its parent in silence. The first entry of a path wins.
 */
export function withParents(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const byPath = new Map<string, TreeEntry>();
  for (const entry of entries) if (!byPath.has(entry.path)) byPath.set(entry.path, entry);
  const own = Array.from(byPath.keys());
  for (const path of own) {
    for (const parent of parentsOf(path)) if (!byPath.has(parent)) byPath.set(parent, makeDirectory(parent));
  }
  return [...byPath.values()].sort((a, b) => compareCodeUnits(a.path, b.path));
}

/** `a/b/c` → `a`, `a/b`. */
export function parentsOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Names entries by their content, in their order: equal trees of two containers are one, and a segment is made once. */
export function digestOfEntries(entries: readonly TreeEntry[]): Digest {
  const hash = createHash('sha256');
  for (const entry of entries) {
    const content = entry.kind === 'file' ? entry.bytes : entry.kind === 'symlink' ? Buffer.from(entry.target) : Buffer.alloc(0);
    hash.update(`${entry.kind} ${entry.mode.toString(8)} ${content.length} ${entry.path}\0`).update(content);
  }
  const digest = parseDigest(`sha256:${hash.digest('hex')}`);
  if (digest === undefined) throw new TypeError('sha256 gave no digest');
  return digest;
}
