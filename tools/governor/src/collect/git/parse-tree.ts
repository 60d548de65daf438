/** An entry as it stands in a tree, nothing folded. */
export interface TreeEntry {
  /** As it is written: octal, `100644`. */
  readonly mode: string;
  readonly kind: EntryKind;
  /** The name's bytes, one character a byte, so that it compares as git compares. */
  readonly name: string;
  readonly oid: string;
}

export type EntryKind = 'file' | 'folder' | 'symlink' | 'submodule' | 'other';

export interface ParsedTree {
  readonly entries: readonly TreeEntry[];
  /** The bytes end, or stop being a tree, behind the entries. */
  readonly isCut: boolean;
}

/** Entries of a tree: `mode SP name NUL` and the 20 bytes of an oid, one behind the other. */
export function parseTree(bytes: Buffer): ParsedTree {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const end = space < 0 ? -1 : bytes.indexOf(0, space);
    if (end < 0 || end + 21 > bytes.length) return { entries, isCut: true };
    const mode = bytes.toString('latin1', at, space);
    if (!/^[0-7]{1,7}$/.test(mode)) return { entries, isCut: true };
    const oid = bytes.toString('hex', end + 1, end + 21);
    entries.push({ mode, kind: kindOf(mode), name: bytes.toString('latin1', space + 1, end), oid });
    at = end + 21;
  }
  return { entries, isCut: false };
}

/** By the bits of a file's type, as stat(2) has them; `160000` is git's own. */
export function kindOf(mode: string): EntryKind {
  switch (Number.parseInt(mode, 8) >> 12) {
    case 0o04:
      return 'folder';
    case 0o10:
      return 'file';
    case 0o12:
      return 'symlink';
    case 0o16:
      return 'submodule';
    default:
      return 'other';
  }
}
