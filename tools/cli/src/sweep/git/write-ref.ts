import * as fs from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listBranches, resolveRef } from 'isomorphic-git';
import { Failure } from '@moby/model';

/** The oid that a branch stands at; undefined where there is none. */
export async function branchTip(git: string, branch: string): Promise<string | undefined> {
  const oid = await resolveRef({ fs, gitdir: git, ref: `refs/heads/${branch}` }).catch(() => undefined);
  return oid !== undefined && /^[0-9a-f]{40}$/.test(oid) ? oid : undefined;
}

export interface RefWrite {
  /** Where the repository keeps its data. */
  readonly git: string;
  /** Without `refs/heads/`. */
  readonly branch: string;
  readonly oid: string;
  /** What it stands at now; undefined where there must be none. */
  readonly expected: string | undefined;
}

/**
 * Lets a branch stand at a commit, as git does it: under `NAME.lock`, which nobody else may hold, and by a rename. Nothing of the work tree or
 * the index is touched. Throws `refused` where somebody else holds the lock or has moved the branch, `io`, `no-space`.
 */
export async function writeRef({ git, branch, oid, expected }: RefWrite): Promise<void> {
  const file = join(git, 'refs/heads', branch);
  const lock = `${file}.lock`;
  let held = false;
  try {
    await refuseInTheWay(git, branch);
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(lock, 'wx', 0o666);
    held = true;
    try {
      await handle.writeFile(`${oid}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if ((await branchTip(git, branch)) !== expected) throw refused(branch, 'somebody has moved it meanwhile', ['run it again']);
    // An empty folder is left of branches below this name that are gone.
    await rmdir(file).catch(() => undefined);
    await rename(lock, file);
    held = false;
  } catch (cause) {
    throw failureOf(cause, { branch, lock });
  } finally {
    if (held) await rm(lock, { force: true });
  }
}

/** A name is a branch, or a folder of branches; packed ones are no files that would be in the way. */
async function refuseInTheWay(git: string, branch: string): Promise<void> {
  const branches = await listBranches({ fs, gitdir: git });
  const other = branches.find((name) => name.startsWith(`${branch}/`) || branch.startsWith(`${name}/`));
  if (other !== undefined) throw refused(branch, `\`${other}\` is in the way of its name`, [`git branch -m ${other} NAME`]);
}

function failureOf(cause: unknown, { branch, lock }: { readonly branch: string; readonly lock: string }): Failure {
  if (cause instanceof Failure) return cause;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
  if (code === 'EEXIST')
    return refused(branch, `\`${lock}\` is there: another git works on it, or one was killed`, [
      'once no git works there, remove the file',
    ]);
  return new Failure({ code: code === 'ENOSPC' ? 'no-space' : 'io', message: `the branch \`${branch}\` can't be written: ${code}`, cause });
}

function refused(branch: string, why: string, hints: readonly string[]): Failure {
  return new Failure({ code: 'refused', message: `the branch \`${branch}\` is left as it is: ${why}`, hints });
}

/** Branches that are checked out somewhere: moving one would make its work tree differ from it. */
export async function checkedOut(git: string): Promise<ReadonlySet<string>> {
  const trees = await readdir(join(git, 'worktrees')).catch(() => []);
  const heads = [join(git, 'HEAD'), ...trees.map((name) => join(git, 'worktrees', name, 'HEAD'))];
  const texts = await Promise.all(heads.map((head) => readFile(head, 'utf8').catch(() => '')));
  return new Set(texts.flatMap((text) => /^ref: refs\/heads\/(.+)\n?$/.exec(text)?.[1] ?? []));
}
