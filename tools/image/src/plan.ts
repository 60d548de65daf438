import { Failure } from '@moby/model';
import { type SegmentDevice, type SegmentDirectory, type SegmentEntry, type SegmentFile, type SegmentLink, sizeOf } from './entry.ts';
import { modeOfParent, ownsDirectory, parentMode, type Placement, prefixOf } from './placement.ts';

/** Linux PATH_MAX with its NUL; the kernel leaves out entries and links over it without a word. */
const maxPathBytes = 4095;
const maxNameBytes = 255;
const maxEntries = 1_000_000;
/** A size in newc has 8 hex digits. */
const maxFileBytes = 0xffff_ffff;
/** An initramfs is unpacked into memory; more than this is no initramfs. */
const maxSegmentBytes = 4 * 2 ** 30;
const maxId = 0xffff_ffff;
/** Links of the base since usr-merge: a directory of that name in a later segment, or in a tree of an overlay, hides all below. */
const mergedFolders: ReadonlySet<string> = new Set(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'libo32']);

/** Entries of one tree, whatever a file's content is to its writer. */
export type PlannedEntry<File> = File | SegmentLink | SegmentDirectory | SegmentDevice;

type AnyFile = Omit<SegmentFile, 'content'> & { readonly content: Uint8Array | { readonly sizeBytes: number } };

/** What the format, or what is done with it, can't take. */
export interface PlanLimits {
  /** `segment`, `image`: for messages. */
  readonly noun: string;
  readonly maxFileBytes: number;
  /** All files of the tree together. */
  readonly maxBytes: number;
  readonly hints: readonly string[];
  /** A name with a meaning of its own in the format. */
  readonly isReserved: (path: string) => boolean;
}

export const segmentLimits: PlanLimits = {
  noun: 'segment',
  maxFileBytes,
  maxBytes: maxSegmentBytes,
  hints: ['put large components on a disk'],
  isReserved: (path) => path === 'TRAILER!!!',
};

/** Entries with full paths in the order in which they are written, parents included; `.` first in a base. */
export function planEntries<File extends AnyFile = Extract<SegmentEntry, SegmentFile>>(
  entries: Iterable<PlannedEntry<File>>,
  placement: Placement,
  limits: PlanLimits,
): readonly PlannedEntry<File>[] {
  if (placement.kind === 'tree') checkPath(placement.prefix, placement.prefix);
  const planned = new Map<string, PlannedEntry<File>>();
  let contentBytes = 0;
  for (const entry of entries) {
    if (planned.size >= maxEntries) throw new Failure({ code: 'limit', message: `the ${limits.noun} has more than ${maxEntries} entries` });
    const placed = placeEntry(entry, placement, limits);
    if (planned.has(placed.path)) throw refuse(placed.path, 'it is there twice');
    planned.set(placed.path, placed);
    contentBytes += placed.kind === 'file' ? sizeOf(placed.content) : 0;
    if (contentBytes > limits.maxBytes) {
      const message = `the ${limits.noun} has more than ${limits.maxBytes} bytes of files`;
      throw new Failure({ code: 'limit', message, hints: limits.hints });
    }
  }
  addParents(planned, placement);
  const root: PlannedEntry<File> = planned.get('.') ?? { kind: 'directory', path: '.', mode: parentMode };
  planned.delete('.');
  const sorted = [...planned.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return placement.kind === 'base' ? [root, ...sorted] : sorted;
}

function placeEntry<File extends AnyFile>(entry: PlannedEntry<File>, placement: Placement, limits: PlanLimits): PlannedEntry<File> {
  const isRoot = entry.path === '.';
  if (!isRoot) checkPath(entry.path, entry.path);
  else if (placement.kind === 'additions' || entry.kind !== 'directory')
    throw refuse('.', 'only a base and a tree have a root directory of their own');
  const path = !isRoot ? `${prefixOf(placement)}${entry.path}` : placement.kind === 'tree' ? placement.prefix : '.';
  if (Buffer.byteLength(path) > maxPathBytes) throw refuse(path, `its path has more than ${maxPathBytes} bytes`);
  if (limits.isReserved(path)) throw refuse(path, 'that name ends a cpio archive');
  checkMerge(entry, placement);
  checkFields(entry, limits.maxFileBytes);
  const isForeignMode = entry.kind === 'directory' && entry.mode !== modeOfParent(placement, path) && !ownsDirectory(placement, path);
  if (isForeignMode)
    throw refuse(path, `its mode ${entry.mode.toString(8)} would replace the base's ${modeOfParent(placement, path).toString(8)}`);
  return { ...entry, path };
}

function checkPath(path: string, shown: string): void {
  // oxlint-disable-next-line no-control-regex -- NUL ends a name in cpio
  if (path === '' || path.startsWith('/') || path.includes('\0')) throw refuse(shown, 'its path is empty, absolute or has a NUL');
  if (!path.isWellFormed()) throw refuse(shown, 'its path has half a character');
  for (const word of path.split('/')) {
    if (word === '' || word === '.' || word === '..') throw refuse(shown, `its path has the part \`${word}\``);
    if (Buffer.byteLength(word) > maxNameBytes) throw refuse(shown, `a part of its path has more than ${maxNameBytes} bytes`);
  }
}

function checkMerge(entry: PlannedEntry<AnyFile>, placement: Placement): void {
  const [first = '', ...rest] = entry.path.split('/');
  if (!mergedFolders.has(first)) return;
  if (rest.length > 0) throw refuse(entry.path, `files of \`${first}\` belong to \`usr/${first}\``);
  if (entry.kind !== 'symlink') throw refuse(entry.path, `\`${first}\` is a link to \`usr/${first}\`, never a ${entry.kind}`);
  if (placement.kind === 'additions') throw refuse(entry.path, `only the base has the link \`${first}\``);
}

function checkFields(entry: PlannedEntry<AnyFile>, fileBytes: number): void {
  const numbers = [entry.uid ?? 0, entry.gid ?? 0];
  if (numbers.some((id) => !Number.isInteger(id) || id < 0 || id > maxId))
    throw refuse(entry.path, `its owner is not between 0 and ${maxId}`);
  if (entry.kind !== 'symlink' && (!Number.isInteger(entry.mode) || entry.mode < 0 || entry.mode > 0o7777))
    throw refuse(entry.path, 'its mode is over 7777');
  if (entry.kind === 'symlink') {
    const bytes = Buffer.byteLength(entry.target);
    if (bytes === 0 || bytes > maxPathBytes || entry.target.includes('\0'))
      throw refuse(entry.path, `its target is empty, has a NUL or more than ${maxPathBytes} bytes`);
  }
  if (entry.kind === 'file' && sizeOf(entry.content) > fileBytes) throw refuse(entry.path, `it has more than ${fileBytes} bytes`);
}

/** Linux leaves out an entry whose parent isn't there, without a word: each segment carries all parents. */
function addParents<File extends AnyFile>(planned: Map<string, PlannedEntry<File>>, placement: Placement): void {
  // A tree is a lower layer of an overlay, and must be there even where it holds nothing.
  const roots = placement.kind === 'tree' ? [`${placement.prefix}/`] : [];
  for (const path of [...planned.keys(), ...roots]) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      const known = planned.get(parent);
      if (known !== undefined && known.kind !== 'directory') throw refuse(path, `\`${parent}\` is a ${known.kind}, not a directory`);
      if (known !== undefined) continue;
      planned.set(parent, { kind: 'directory', path: parent, mode: modeOfParent(placement, parent) });
    }
  }
}

export function refuse(path: string, why: string): Failure {
  return new Failure({ code: 'invalid-input', message: `\`${path}\` can't be written to the image: ${why}` });
}
