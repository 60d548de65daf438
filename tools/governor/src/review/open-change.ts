import type { Judged } from '@moby/model';
import type { CollectedReview } from '../collect/collect-review.ts';
import type { GitObjects } from '../collect/git/read-objects.ts';
import { collectLibrary } from '../collect/library/collect-library.ts';
import { openTree } from '../collect/lines/open-tree.ts';
import { packageWords } from '../collect/lines/package-words.ts';
import { comparePaths, type FileEntry } from '../collect/trees/change.ts';
import { kindOf } from '../collect/git/parse-tree.ts';
import { policyFile } from '../judge/policy-file.ts';
import { readOwners } from '../judge/read-owners.ts';
import { readPolicy } from '../judge/read-policy.ts';
import type { Owners } from '../judge/question.ts';
import type { LibraryChange } from '../library/library-change.ts';
import { openSide } from '../library/open-side.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { documentFaults } from './document-faults.ts';
import { commitSignatures, noSignatures } from './commit-signatures.ts';
import { movedTarget } from './moved-target.ts';
import type { ChangedComponent, ChangedFile, ChangeSubject, ComponentFolder, LineFolderContents } from './change-subject.ts';
import { criticalComponents } from './critical-components.ts';
import type { ReviewFacts } from './review-facts.ts';

/** The most that is read of one file for the rules about the whole of a pull request. */
export const maxReadBytes: number = 256 * 1024;
/** Files in one component that are looked at. */
const maxFiles = 20_000;

export interface ToOpen {
  readonly collected: CollectedReview;
  readonly lifecycle: Lifecycle;
  readonly facts: ReviewFacts;
  readonly today?: string;
  /** Where the library's index is kept between reviews; nowhere where it is missing. */
  readonly cacheFolder?: string;
}

/** Reads what the rules about the whole of a pull request ask for. Throws `limit`. */
export async function openChange({ collected, lifecycle, facts, today, cacheFolder }: ToOpen): Promise<ChangeSubject> {
  const { policy, base, head, commits, diff, merge, touched, questions } = collected;
  const isReadable = questions !== undefined;
  const files = isReadable ? await changedFiles(collected) : new Map<string, ChangedFile>();
  const policyAfter = await policyOf(files.get(policyFile)?.after);
  const library = isReadable ? await libraryOf(collected, cacheFolder) : emptyLibrary();
  const critical = isReadable ? criticalComponents(library.before, policy.criticalRoots) : undefined;
  const target = isReadable ? await movedTarget(collected, facts.target) : undefined;
  return {
    policy,
    lifecycle,
    facts,
    ...(today === undefined ? {} : { today }),
    base,
    head,
    commits,
    diff,
    merge,
    touched,
    isReadable,
    components: isReadable ? await changedComponents(collected) : [],
    unpackable: new Map(
      (questions ?? []).flatMap(({ component, line, unpackable }) =>
        unpackable === undefined ? [] : [[`components/${component}/${line}`, unpackable] as const],
      ),
    ),
    packed: new Map(
      (questions ?? []).flatMap(({ component, line, question }) =>
        question === undefined ? [] : [[`${component}/${line}`, question.release.files] as const],
      ),
    ),
    files,
    ...(policyAfter === undefined ? {} : { policyAfter }),
    ...(critical === undefined ? {} : { critical }),
    signatures: isReadable ? await commitSignatures(collected, today) : noSignatures,
    ...(target === undefined ? {} : { target }),
    library,
  };
}

function libraryOf({ repository, base, merge }: CollectedReview, cacheFolder: string | undefined): Promise<LibraryChange> {
  return collectLibrary({ objects: repository.objects, base: base.tree, laid: merge.laid, cacheFolder });
}

/** What is known of a library that can't be read. */
export function emptyLibrary(): LibraryChange {
  const none = openSide(new Map());
  return { before: none, after: none, assemblies: [] };
}

async function changedComponents({ repository, base, merge, touched }: CollectedReview): Promise<readonly ChangedComponent[]> {
  const { objects } = repository;
  const tree = openTree(objects, base.tree);
  const components: ChangedComponent[] = [];
  for (const { name, lines } of touched.components) {
    const entries = await tree.filesBelow(`components/${name}`, maxFiles);
    const before = await folderOf({ objects, name, entries });
    const after = await folderOf({ objects, name, entries: laidOver(entries, `components/${name}/`, merge.laid) });
    components.push({ name, lines, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
  }
  return components;
}

type Entries = ReadonlyMap<string, FileEntry>;

function laidOver(entries: Entries, folder: string, laid: CollectedReview['merge']['laid']): Entries {
  const merged = new Map(entries);
  for (const [path, entry] of laid) {
    if (!path.startsWith(folder)) continue;
    if (entry === undefined) merged.delete(path.slice(folder.length));
    else merged.set(path.slice(folder.length), entry);
  }
  return merged;
}

interface ToRead {
  readonly objects: GitObjects;
  readonly name: string;
  readonly entries: Entries;
}

async function folderOf({ objects, name, entries }: ToRead): Promise<ComponentFolder | undefined> {
  if (entries.size === 0) return undefined;
  const files: string[] = [];
  const lines = new Map<string, Map<string, FileEntry>>();
  for (const [path, entry] of [...entries].sort(([a], [b]) => comparePaths(a, b))) {
    const slash = path.indexOf('/');
    if (slash < 0) files.push(path);
    else
      lines.set(path.slice(0, slash), (lines.get(path.slice(0, slash)) ?? new Map<string, FileEntry>()).set(path.slice(slash + 1), entry));
  }
  const contents = new Map<string, LineFolderContents>();
  for (const [line, own] of [...lines].sort(([a], [b]) => comparePaths(a, b)))
    contents.set(line, { files: own, ...packageWords(bytesOf(await readEntry(objects, own.get('package.json')))) });
  const owners = await ownersOf(objects, name, entries.get('OWNERS.yaml'));
  return { files, lines: contents, ...(owners === undefined ? {} : { owners }) };
}

async function ownersOf(objects: GitObjects, name: string, entry: FileEntry | undefined): Promise<Judged<Owners> | undefined> {
  const file = `components/${name}/OWNERS.yaml`;
  const bytes = await readEntry(objects, entry);
  if (bytes === undefined) return undefined;
  if (bytes === 'too-large') return readOwners(' '.repeat(maxReadBytes + 1), file);
  return readOwners(Buffer.from(bytes).toString('utf8'), file);
}

async function policyOf(after: ChangedFile['after']): Promise<ChangeSubject['policyAfter']> {
  const bytes = bytesOf(after);
  return bytes === undefined ? undefined : readPolicy(Buffer.from(bytes).toString('utf8'));
}

/** What rules read of a pull request beside its components' packages. */
async function changedFiles({ repository, base, merge }: CollectedReview): Promise<ReadonlyMap<string, ChangedFile>> {
  const { objects } = repository;
  const tree = openTree(objects, base.tree);
  const files = new Map<string, ChangedFile>();
  for (const [path, entry] of merge.laid) {
    if (!isRead(path)) continue;
    const [before, after] = [await readEntry(objects, await tree.entry(path)), await readEntry(objects, entry)];
    const faults = await documentFaults(path, after);
    files.set(path, {
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(faults.length === 0 ? {} : { faults }),
    });
  }
  return files;
}

/** Shared files of components, assemblies, and what the library has decided. */
function isRead(path: string): boolean {
  const [top, ...rest] = path.split('/');
  return (top === 'components' && rest.length === 2) || (top === 'assemblies' && rest.length === 2) || path.startsWith('docs/governance/');
}

async function readEntry(objects: GitObjects, entry: FileEntry | undefined): Promise<ChangedFile['after']> {
  if (entry === undefined || kindOf(entry.mode) !== 'file') return undefined;
  if (objects.headOf(entry.oid).size > maxReadBytes) return 'too-large';
  return objects.read(entry.oid, 'blob', maxReadBytes);
}

function bytesOf(read: ChangedFile['after']): Uint8Array | undefined {
  return read === 'too-large' ? undefined : read;
}
