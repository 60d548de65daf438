import { expandOid, resolveRef } from 'isomorphic-git';
import { Failure } from '@moby/model';
import type { GitObjects } from './read-objects.ts';
import type { ObjectFolders } from './object-folders.ts';
import { readOnlyFiles } from './read-only-files.ts';

export interface ToResolve {
  readonly folders: ObjectFolders;
  readonly cache: object;
  readonly objects: GitObjects;
  readonly revision: string;
}

const maxTags = 10;
const maxTagBytes = 1024 ** 2;

/** A branch, a tag, or an oid, also shortened → the oid of a commit. Throws `not-found`. */
export async function resolveRevision(wanted: ToResolve): Promise<string> {
  const { revision } = wanted;
  if (!isPlainName(revision))
    throw new Failure({
      code: 'not-found',
      message: `\`${revision}\` is no name of a revision`,
      hints: [
        'name a branch, a tag, or a commit by its oid, with `~N` or `^N` behind it if need be; git rev-parse turns everything else into one',
      ],
    });
  const oid = (await fromRef(wanted)) ?? (await fromShortOid(wanted));
  if (oid === undefined) throw notFound(revision);
  return peel(wanted, oid);
}

/** As git-check-ref-format(1) has it, so that no name leads out of the repository. */
export function isPlainName(revision: string): boolean {
  return (
    revision.length <= 255 && /^[^\x00-\x20\x7f~^:?*[\\]+$/.test(revision) && !/^[-/.]|\.\.|\/\.|\/\/|@\{|[/.]$|\.lock$/.test(revision)
  );
}

async function fromRef({ folders, revision }: ToResolve): Promise<string | undefined> {
  const oid = await resolveRef({ fs: readOnlyFiles(folders), gitdir: folders.git, ref: revision }).catch((error: unknown) => {
    if (error instanceof Failure) throw error;
    return undefined;
  });
  return oid !== undefined && /^[0-9a-f]{40}$/.test(oid) ? oid : undefined;
}

async function fromShortOid({ folders, cache, revision }: ToResolve): Promise<string | undefined> {
  if (!/^[0-9a-f]{4,39}$/.test(revision)) return undefined;
  return expandOid({ fs: readOnlyFiles(folders), gitdir: folders.git, oid: revision, cache }).catch((error: unknown) => {
    if (error instanceof Failure) throw error;
    if (error instanceof Error && error.name === 'AmbiguousError')
      throw new Failure({ code: 'not-found', message: `\`${revision}\` begins more than one oid`, hints: ['give more of its digits'] });
    return undefined;
  });
}

/** An annotated tag is an object of its own, which names the commit, or another tag. */
async function peel({ objects, revision }: ToResolve, first: string): Promise<string> {
  let oid = first;
  for (let tags = 0; tags < maxTags; tags += 1) {
    const { type } = objects.headOf(oid);
    if (type === 'commit') return oid;
    if (type !== 'tag') break;
    const tag = (await objects.read(oid, 'tag', maxTagBytes)).toString('latin1');
    const target = /^object ([0-9a-f]{40})\n/.exec(tag)?.[1];
    if (target === undefined) break;
    oid = target;
  }
  throw new Failure({ code: 'not-found', message: `\`${revision}\` is no commit`, hints: ['name a branch, a tag or a commit'] });
}

function notFound(revision: string): Failure {
  return new Failure({
    code: 'not-found',
    message: `the repository has no revision \`${revision}\``,
    hints: ['name a branch, a tag or an oid of it; a clone of one commit has no other: git fetch brings more'],
  });
}
