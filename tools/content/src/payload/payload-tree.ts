import { Failure, type PayloadEntry } from '@moby/model';
import { printable } from '../archive/bad-archive.ts';

/** Entries by path while a payload is gathered, with where each came from. */
export type PayloadTree = Map<string, { readonly entry: PayloadEntry; readonly origin: string }>;

/** Adds an entry; the same path from two places is refused unless both are the same. */
export function putEntry(tree: PayloadTree, entry: PayloadEntry, origin: string): void {
  const before = tree.get(entry.path);
  if (before === undefined) {
    tree.set(entry.path, { entry, origin });
  } else if (!isSame(before.entry, entry)) {
    throw new Failure({
      code: 'invalid-input',
      message: printable(
        `\`${entry.path}\` comes from ${before.origin} (${describe(before.entry)}) and from ${origin} (${describe(entry)}), and they differ`,
      ),
      hints: ['let `keep` name it in one of the two only'],
    });
  }
}

/** All entries with every parent, sorted by the bytes of their UTF-8. */
export function completeEntries(tree: PayloadTree): readonly PayloadEntry[] {
  const complete = new Map<string, PayloadEntry>();
  for (const [path, { entry, origin }] of tree) {
    complete.set(path, entry);
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
      const parent = path.slice(0, at);
      const found = tree.get(parent);
      if (found === undefined) complete.set(parent, { kind: 'directory', path: parent, mode: 0o755 });
      else if (found.entry.kind !== 'directory') {
        throw new Failure({
          code: 'invalid-input',
          message: printable(
            `\`${path}\` of ${origin} would lie below \`${parent}\` of ${found.origin}, which is a ${describe(found.entry)}`,
          ),
        });
      }
    }
  }
  return sortedByPath([...complete.values()]);
}

/** Sorted by the bytes of their UTF-8. */
export function sortedByPath(entries: readonly PayloadEntry[]): readonly PayloadEntry[] {
  return entries.toSorted((a, b) => compareBytes(a.path, b.path));
}

/** UTF-16 code units sort as UTF-8 bytes do, but for surrogates. */
function compareBytes(a: string, b: string): number {
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSame(a: PayloadEntry, b: PayloadEntry): boolean {
  if (a.kind !== b.kind || a.mode !== b.mode) return false;
  if (a.kind === 'file' && b.kind === 'file') return Buffer.compare(a.bytes, b.bytes) === 0;
  return a.kind !== 'symlink' || b.kind !== 'symlink' || a.target === b.target;
}

function describe(entry: PayloadEntry): string {
  const mode = entry.mode.toString(8).padStart(4, '0');
  switch (entry.kind) {
    case 'file':
      return `file of ${entry.bytes.length} bytes, ${mode}`;
    case 'directory':
      return `directory, ${mode}`;
    case 'symlink':
      return `link to ${entry.target}`;
  }
}
