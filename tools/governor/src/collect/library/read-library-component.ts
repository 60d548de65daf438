import { isLineFolder, componentFileLimits } from '@moby/registry';
import { needsOf } from '@moby/composer/library';
import { parseManifest, type Manifest } from '@moby/model';
import type { Owners } from '../../judge/question.ts';
import { maxOwnersBytes, readOwners } from '../../judge/read-owners.ts';
import type { LibraryComponent, LibraryLine, LineWords } from '../../library/library-side.ts';
import type { GitObjects } from '../git/read-objects.ts';
import { kindOf } from '../git/parse-tree.ts';
import type { FileEntry } from '../trees/change.ts';

/** Of a component's folder, what others have to do with. */
export interface ComponentFiles {
  readonly name: string;
  readonly owners: FileEntry | undefined;
  /** Each folder in it, with its package.json. */
  readonly folders: ReadonlyMap<string, FileEntry | undefined>;
}

/** Reads manifests and OWNERS.yaml of a component. What can't be read is missing. */
export async function readLibraryComponent(objects: GitObjects, { name, owners, folders }: ComponentFiles): Promise<LibraryComponent> {
  const lines: LibraryLine[] = [];
  for (const [line, entry] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isLineFolder(line)) continue;
    const manifest = entry === undefined ? undefined : await readManifestEntry(objects, entry, `components/${name}/${line}/package.json`);
    const says = manifest?.name === name ? wordsOf(manifest) : undefined;
    lines.push({ line, ...(entry === undefined ? {} : { manifest: entry.oid }), ...(says === undefined ? {} : { says }) });
  }
  const lifecycle = (await ownersOf(objects, name, owners))?.lifecycle;
  return { ...(lifecycle === undefined ? {} : { lifecycle }), lines };
}

/** Undefined where it is no manifest, or larger than one may be. */
export async function readManifestEntry(objects: GitObjects, { mode, oid }: FileEntry, file: string): Promise<Manifest | undefined> {
  if (kindOf(mode) !== 'file' || objects.headOf(oid).size > componentFileLimits.manifest) return undefined;
  const text = (await objects.read(oid, 'blob', componentFileLimits.manifest)).toString('utf8');
  const parsed = await parseManifest({ file, text });
  return parsed.ok ? parsed.value : undefined;
}

async function ownersOf(objects: GitObjects, name: string, entry: FileEntry | undefined): Promise<Owners | undefined> {
  if (entry === undefined || kindOf(entry.mode) !== 'file' || objects.headOf(entry.oid).size > maxOwnersBytes) return undefined;
  const text = (await objects.read(entry.oid, 'blob', maxOwnersBytes)).toString('utf8');
  const read = await readOwners(text, `components/${name}/OWNERS.yaml`);
  return read.ok ? read.value : undefined;
}

function wordsOf(manifest: Manifest): LineWords {
  const { version, npmName, kind, provides, requires, recommends, conflicts, exclusive } = manifest;
  const ranges = (requirements: Manifest['requires']): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(requirements).map(([need, { range }]) => [need, range]));
  return {
    version,
    npmName,
    kind,
    provides,
    requires: ranges(requires),
    recommends: ranges(recommends),
    conflicts,
    exclusive,
    needs: needsOf(manifest),
  };
}
