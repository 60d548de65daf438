import type { Diagnostic, Judged } from '@moby/model';
import { compareCodeUnits, makeDirectory, makeLink, parentsOf, type TreeEntry } from './tree-entry.ts';

/** One component's tree in a root. */
export interface PlacedTree {
  /** For messages: `busybox 1.37.0`. */
  readonly label: string;
  /** `/c/<12 hex>`; empty for a tree that is placed at the root itself. */
  readonly placement: string;
  readonly entries: readonly PlacedEntry[];
}

export interface PlacedEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'symlink';
  /** What decides whether two files are the same: a digest of the content, or a link's target. Unknown is never the same. */
  readonly same?: string;
}

/**
 * The machine's root: for each file and link of a component placed under `/c`, a link at its own path, with the folders that
 * hold them. Trees placed at the root itself (the init's base) take part in the search for conflicts only, and keep
 * the modes of their folders.
 */
export function symlinkFarm(trees: readonly PlacedTree[]): Judged<readonly TreeEntry[]> {
  const findings = treeConflicts('the machine', trees);
  if (findings.length > 0) return { ok: false, findings };
  const base = new Set(trees.filter(isBase).flatMap((tree) => tree.entries.map((entry) => entry.path)));
  const made = new Map<string, TreeEntry>();
  for (const tree of trees.filter((candidate) => !isBase(candidate))) {
    for (const entry of tree.entries) {
      if (entry.kind === 'directory' || isNotice(entry.path) || base.has(entry.path)) continue;
      for (const parent of parentsOf(entry.path)) if (!base.has(parent)) made.set(parent, makeDirectory(parent));
      if (!made.has(entry.path)) made.set(entry.path, makeLink(entry.path, `${tree.placement}/${entry.path}`));
    }
  }
  return { ok: true, value: [...made.values()].sort((a, b) => compareCodeUnits(a.path, b.path)), findings };
}

/**
 * Where two components of one root have the same path, and not the same content. Folders merge; copyright files
 * are in no root. Sorted by path.
 */
export function treeConflicts(root: string, trees: readonly PlacedTree[]): readonly Diagnostic[] {
  const owners = new Map<string, { readonly label: string; readonly entry: PlacedEntry }>();
  const found: { readonly path: string; readonly finding: Diagnostic }[] = [];
  for (const tree of trees) {
    for (const entry of tree.entries) {
      if (isNotice(entry.path)) continue;
      const owner = owners.get(entry.path);
      if (owner === undefined) owners.set(entry.path, { label: tree.label, entry });
      else if (!fit(owner.entry, entry)) found.push({ path: entry.path, finding: conflict(root, entry.path, owner.label, tree.label) });
    }
  }
  return found.sort((a, b) => compareCodeUnits(a.path, b.path)).map(({ finding }) => finding);
}

function isBase(tree: PlacedTree): boolean {
  return tree.placement === '';
}

/** Copyright files go to the artifact's notices. */
function isNotice(path: string): boolean {
  return path === 'usr/share/doc' || path.startsWith('usr/share/doc/');
}

function fit(a: PlacedEntry, b: PlacedEntry): boolean {
  if (a.kind !== b.kind) return false;
  return a.kind === 'directory' || (a.same !== undefined && a.same === b.same);
}

function conflict(root: string, path: string, first: string, second: string): Diagnostic {
  return {
    severity: 'error',
    code: 'path-conflict',
    message: `\`/${path}\` is in both ${first} and ${second}, which share the root of ${root}`,
    hints: ['leave one of them out, or give its service a container of its own'],
  };
}
