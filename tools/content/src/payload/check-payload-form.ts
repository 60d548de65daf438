import { Failure, type PayloadEntry } from '@moby/model';
import { printable } from '../archive/bad-archive.ts';
import { canonicalPath, canonicalTarget, checkPath } from './canonical-path.ts';
import { normalMode } from './keep-files.ts';
import { completeEntries } from './payload-tree.ts';

const maxDirectoryMode = 0o1777;

/**
 * Whether entries are such as deriving gives them (docs/reference/payload-form-1.md, "Entries"). A payload that comes from elsewhere has the
 * digest that its manifest says, and who wrote the manifest may have put something else under it: a setuid file, or a path out of the root.
 * Throws `bad-archive`.
 */
export function checkPayloadForm(entries: readonly PayloadEntry[]): void {
  for (const entry of entries) {
    checkPath(entry.path, 'payload');
    const isLink = entry.kind === 'symlink';
    if (canonicalPath(entry.path, isLink) !== entry.path) throw bad(entry, 'stands at a path that leads through a link of a merged /usr');
    if (isLink && canonicalTarget({ link: entry.path, target: entry.target, name: 'payload' }) !== entry.target)
      throw bad(entry, `leads through a link of a merged /usr to \`${entry.target}\``);
    if (!isNormalMode(entry)) throw bad(entry, `has the mode ${entry.mode.toString(8).padStart(4, '0')}`);
  }
  const tree = new Map(entries.map((entry) => [entry.path, { entry, origin: 'the payload' }]));
  const complete = completeEntries(tree);
  const wrong = complete.find((entry, index) => entry !== entries[index]) ?? entries[complete.length];
  if (wrong !== undefined) throw bad(wrong, 'is missing, comes twice, or is not in the order of paths');
}

function isNormalMode({ kind, mode }: PayloadEntry): boolean {
  switch (kind) {
    case 'file':
      return mode === normalMode(mode);
    case 'directory':
      return mode <= maxDirectoryMode;
    case 'symlink':
      return mode === 0o777;
  }
}

function bad({ path }: PayloadEntry, what: string): Failure {
  return new Failure({
    code: 'bad-archive',
    message: printable(`the payload is not in normal form 1: \`${path}\` ${what}`),
    hints: ['whoever published the component has not derived it: moby-compose component build'],
  });
}
