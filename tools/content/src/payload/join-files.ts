import { Failure, type PayloadEntry } from '@moby/model';
import { canonicalPath, checkPath } from './canonical-path.ts';
import { normalMode } from './keep-files.ts';
import { parseKeepPattern } from './keep-pattern.ts';
import { putEntry, sortedByPath, type PayloadTree } from './payload-tree.ts';

const newline = 0x0a;

/**
 * Puts one file in the place of those that a pattern matches, as a maintainer script would have made it
 * (docs/reference/payload-form-1.md, "Joins"). Throws `invalid-input` where a pattern matches no file.
 */
export function joinFiles(tree: PayloadTree, joins: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(joins)) {
    checkPath(name, 'joins');
    const pattern = parseKeepPattern(text);
    const parts = sortedByPath([...tree.values()].map(({ entry }) => entry)).filter(isFile);
    const matching = parts.filter(({ path }) => pattern.matches(path));
    if (matching.length === 0) {
      throw new Failure({
        code: 'invalid-input',
        message: `\`joins\` pattern \`${text}\` of \`${name}\` matches no kept file`,
        hints: ['let `keep` of a source take what is joined; a file can be a part of one join only'],
      });
    }
    for (const { path } of matching) tree.delete(path);
    const bytes = Buffer.concat(matching.flatMap((part) => [part.bytes, ...closing(part.bytes)]));
    putEntry(tree, { kind: 'file', path: canonicalPath(name, false), mode: normalMode(0), bytes }, '`joins`');
  }
}

type FileEntry = Extract<PayloadEntry, { readonly kind: 'file' }>;

function isFile(entry: PayloadEntry): entry is FileEntry {
  return entry.kind === 'file';
}

function closing(bytes: Uint8Array): readonly Uint8Array[] {
  return bytes.length === 0 || bytes.at(-1) === newline ? [] : [Uint8Array.of(newline)];
}
