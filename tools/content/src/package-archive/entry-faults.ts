import { isWindowsDevice } from '@moby/model';
import type { ArchiveFault, ArchiveFaultKind } from './archive-fault.ts';
import type { PackageEntry } from './read-entries.ts';

/** The folder that npm packs everything in, and that clients leave out, whatever it is called. */
export const packageRoot = 'package';

const specialModes = 0o7000;
const types: Readonly<Record<string, readonly [ArchiveFaultKind, string]>> = {
  '1': ['link', 'a hard link'],
  '2': ['link', 'a symbolic link'],
  '3': ['device', 'a character device'],
  '4': ['device', 'a block device'],
  '6': ['device', 'a pipe'],
};

type Judged = readonly [kind: ArchiveFaultKind, isSo: boolean, what: string];

/** What is wrong with an entry by itself. */
export function faultsOf(entry: PackageEntry): readonly ArchiveFault[] {
  return [...typeFaults(entry), ...pathFaults(entry)];
}

function typeFaults({ path, type, mode, sizeBytes }: PackageEntry): readonly ArchiveFault[] {
  const faults: ArchiveFault[] = [];
  const [kind, what] = types[type] ?? ['type', `an entry of type \`${type}\``];
  if (type !== '0' && type !== '5') faults.push({ kind, message: `has ${what}, \`${path}\`: a package has files and folders only` });
  if (type === '5' && sizeBytes > 0) faults.push({ kind: 'type', message: `has a folder with ${sizeBytes} bytes of its own, \`${path}\`` });
  if ((mode & specialModes) !== 0) faults.push({ kind: 'mode', message: `has \`${path}\` with the mode ${mode.toString(8)}` });
  return faults;
}

function pathFaults({ path, type }: PackageEntry): readonly ArchiveFault[] {
  const segments = (type === '5' ? path.replace(/\/$/, '') : path).split('/');
  const [root = ''] = segments;
  const isAbsolute = path.startsWith('/');
  const isOdd = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  const judged: readonly Judged[] = [
    ['absolute', isAbsolute, 'an absolute path'],
    ['dots', !isAbsolute && isOdd, 'an empty segment, `.` or `..` in the path'],
    ['backslash', path.includes('\\'), 'a backslash in the path'],
    ['characters', unseen.test(path), 'a character in the path that nobody sees'],
    [
      'root',
      !isAbsolute && !isOdd && (root !== packageRoot || (segments.length === 1 && type !== '5')),
      `a path that is not below \`${packageRoot}/\``,
    ],
    ['not-portable', segments.some(isNotPortable), 'a name in the path that Windows takes for another'],
    ['renamed', segments.at(-1)?.toLowerCase() === '.gitignore', "a name that npm's client changes to `.npmignore`"],
  ];
  return judged.flatMap(([kind, isSo, what]) => (isSo ? [{ kind, message: `has ${what}: \`${path}\`` }] : []));
}

/** Control characters, marks of direction, what has no width. */
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** A device, an ending that is dropped, or the name of a stream behind a colon. */
function isNotPortable(segment: string): boolean {
  return isWindowsDevice(segment) || (/[. ]$/.test(segment) && segment !== '.' && segment !== '..') || segment.includes(':');
}

/** What is wrong with entries beside one another: on some system two of them are one. */
export function faultsBetween(entries: readonly PackageEntry[]): readonly ArchiveFault[] {
  const faults: ArchiveFault[] = [];
  const kinds = new Map<string, 'file' | 'folder'>();
  const folded = new Map<string, string>();
  for (const entry of entries) {
    const path = clientPath(entry.path);
    const kind = entry.type === '5' ? 'folder' : 'file';
    const known = kinds.get(path);
    if (known !== undefined && !(known === 'folder' && kind === 'folder')) faults.push({ kind: 'twice', message: `has \`${path}\` twice` });
    kinds.set(path, kind);
    for (const own of withParents(path)) {
      const other = folded.get(foldPath(own));
      if (other !== undefined && other !== own)
        faults.push({ kind: 'alike', message: `has \`${other}\` and \`${own}\`, which are one to some systems` });
      folded.set(foldPath(own), own);
    }
  }
  for (const path of kinds.keys()) {
    const file = withParents(path).find((parent) => parent !== path && kinds.get(parent) === 'file');
    if (file !== undefined) faults.push({ kind: 'below-file', message: `has \`${path}\` below \`${file}\`, which is a file` });
  }
  return faults;
}

/** A path as clients use it: without `.` and empty segments, `\` as `/`. */
export function clientPath(path: string): string {
  return path
    .replaceAll('\\', '/')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

/** One for names that differ in case or in the spelling of their letters (NFC, NFD, ligatures). */
function foldPath(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

function withParents(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}
