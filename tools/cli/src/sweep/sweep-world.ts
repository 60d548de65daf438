import { resolve } from 'node:path';
import {
  defaultLifecycle,
  defaultPolicy,
  lifecycleFile,
  maxLifecycleBytes,
  maxPolicyBytes,
  policyFile,
  readLifecycle,
  readPolicy,
  type Lifecycle,
  type Policy,
} from '@moby/governor';
import { findGitFolder, openRepository, openTree, type Commit, type Repository, type TreeReader } from '@moby/governor/collect';
import { Failure, type Judged } from '@moby/model';

/** A library's repository, as a sweep finds it. */
export interface SweepWorld {
  readonly folder: string;
  /** Where the repository keeps its data. */
  readonly git: string;
  readonly repository: Repository;
  readonly base: Commit;
  readonly tree: TreeReader;
  readonly policy: Policy;
  /** As it stands in the base; undefined where the library has none. */
  readonly policyText: string | undefined;
  readonly lifecycle: Lifecycle;
}

/** Opens a repository at a revision. Throws `unreadable-repository`, `not-found`, `invalid-input` for a policy that is not in order. */
export async function openSweepWorld(given: string, revision: string): Promise<SweepWorld> {
  const folder = resolve(given);
  const git = findGitFolder(folder);
  const repository = openRepository(folder);
  const base = await repository.commitOf(revision);
  const tree = openTree(repository.objects, base.tree);
  const policyText = await textOf(tree, policyFile, maxPolicyBytes);
  const lifecycleText = await textOf(tree, lifecycleFile, maxLifecycleBytes);
  return {
    folder,
    git,
    repository,
    base,
    tree,
    policyText,
    policy: policyText === undefined ? defaultPolicy : valueOf(await readPolicy(policyText), policyFile),
    lifecycle: lifecycleText === undefined ? defaultLifecycle : valueOf(await readLifecycle(lifecycleText), lifecycleFile),
  };
}

async function textOf(tree: TreeReader, file: string, maxBytes: number): Promise<string | undefined> {
  const bytes = await tree.file(file, maxBytes);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

function valueOf<Value>(read: Judged<Value>, file: string): Value {
  if (read.ok) return read.value;
  throw new Failure({ code: 'invalid-input', message: `\`${file}\` is not in order, so nothing is swept`, findings: read.findings });
}
