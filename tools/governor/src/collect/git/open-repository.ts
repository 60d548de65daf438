import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listBranches } from 'isomorphic-git';
import { findGitFolder } from './check-layout.ts';
import { objectFolders } from './object-folders.ts';
import { parseCommit, type ParsedCommit } from './parse-commit.ts';
import { readOnlyFiles } from './read-only-files.ts';
import { readObjects, type GitObjects } from './read-objects.ts';
import { ancestorOf, noAncestor } from './ancestor-of.ts';
import { resolveRevision } from './resolve-revision.ts';
import { cloneAgain, unreadableRepository } from './unreadable-repository.ts';

/** A git repository, read and never written; no file of it is checked out, nothing of it is run. */
export interface Repository {
  readonly objects: GitObjects;
  /**
   * A branch, a tag, or an oid of at least four digits, also with `~N` and `^N` behind it (gitrevisions(7)) → the commit that it means.
   * Throws `not-found`.
   */
  commitOf(revision: string): Promise<Commit>;
  /** Throws `unreadable-repository` where the commit is missing. */
  readCommit(oid: string): Promise<Commit>;
  /** Names of its branches, without `refs/heads/`. */
  branches(): Promise<readonly string[]>;
  /** Commits whose parents a shallow clone has left out. */
  readonly shallow: ReadonlySet<string>;
}

export interface Commit extends ParsedCommit {
  readonly oid: string;
}

const maxCommitBytes = 1024 ** 2;

/**
 * Opens a repository for one review: a work tree's top folder, or a bare repository; shallow ones as far as they go. `quarantine` is the
 * folder of objects of a push that isn't taken yet. What has been read is kept as long as the value is. Throws `unreadable-repository` for what isomorphic-git can't read: linked work trees, borrowed objects,
 * sha256, partial clones.
 */
export function openRepository(folder: string, quarantine?: string): Repository {
  const git = findGitFolder(folder);
  const folders = objectFolders(git, quarantine);
  const cache = {};
  const objects = readObjects(folders);
  const readCommit = async (oid: string): Promise<Commit> => {
    const parsed = parseCommit(await objects.read(oid, 'commit', maxCommitBytes));
    if (parsed === undefined) throw unreadableRepository(`object ${oid} is no commit that git would write`, cloneAgain);
    return { oid, ...parsed };
  };
  return {
    objects,
    readCommit,
    commitOf: async (revision) => {
      const { name, steps } = ancestorOf(revision);
      let commit = await readCommit(await resolveRevision({ folders, cache, objects, revision: name }));
      for (const parent of steps) {
        const next = commit.parents[parent];
        if (next === undefined) throw noAncestor(revision, commit.oid);
        commit = await readCommit(next);
      }
      return commit;
    },
    branches: async () => listBranches({ fs: readOnlyFiles(folders), gitdir: folders.git }),
    shallow: shallowCommits(git),
  };
}

function shallowCommits(git: string): ReadonlySet<string> {
  try {
    return new Set(readFileSync(join(git, 'shallow'), 'latin1').split('\n').filter(Boolean));
  } catch {
    return new Set();
  }
}
