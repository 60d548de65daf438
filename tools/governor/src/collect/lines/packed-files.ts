import { Failure, formatBytes } from '@moby/model';
import { isPacked, packageLimits } from '@moby/registry/pack';
import type { GitObjects } from '../git/read-objects.ts';
import { kindOf } from '../git/parse-tree.ts';
import type { Merge } from '../merge/merge-changes.ts';
import { comparePaths } from '../trees/change.ts';
import type { TreeReader } from './open-tree.ts';

export interface LineFolder {
  readonly objects: GitObjects;
  readonly tree: TreeReader;
  /** `components/redis/8.0`. */
  readonly folder: string;
  /** Changes that are laid over the tree. */
  readonly laid?: Merge['laid'];
}

/** The files of a line that its package holds, by path, sorted as it is packed. Empty where there is no such line. Throws `limit` for what nobody can publish. */
export async function packedFiles({ objects, tree, folder, laid }: LineFolder): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = new Map(await tree.filesBelow(folder, packageLimits.files));
  for (const [path, entry] of laid ?? []) {
    if (!path.startsWith(`${folder}/`)) continue;
    const own = path.slice(folder.length + 1);
    if (entry === undefined) entries.delete(own);
    else entries.set(own, entry);
  }
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (const [path, { mode, oid }] of [...entries].sort(([a], [b]) => comparePaths(a, b))) {
    if (kindOf(mode) !== 'file' || !isPacked(path)) continue;
    total += objects.headOf(oid).size;
    if (total > packageLimits.unpackedBytes) throw tooMuch(folder, formatBytes(packageLimits.unpackedBytes));
    if (files.size === packageLimits.files) throw tooMuch(folder, `${packageLimits.files} files`);
    files.set(path, await objects.read(oid, 'blob', packageLimits.unpackedBytes));
  }
  return files;
}

function tooMuch(folder: string, most: string): Failure {
  return new Failure({ code: 'limit', message: `\`${folder}\` has more than ${most} to publish` });
}
