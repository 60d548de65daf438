import type { PayloadProof } from '@moby/governor';
import type { ToReview } from '@moby/governor/review';
import type { RawEntry, RawRepository } from '../collect/raw-repository.ts';
import { factsOf, type Reviews } from './facts-of.ts';
import type { Person, PullRequestFile, TreeEntryFile } from './pull-request-file.ts';
import { edited, expanded, withDigests, withLocks } from './template.ts';
import { personOf, type World } from './world.ts';

/** What is asked of a pull request, its commits written to the repository of the world. */
export async function openPullRequest(name: string, request: PullRequestFile, world: World): Promise<ToReview> {
  const { repository } = world;
  const author = personOf(world, request.by ?? 'ann');
  const base = request.base === undefined ? world.library : await withLocks(await edited(world.library, request.base));
  const target = await edited(base, request.target);
  const head = await edited(base, request.head);
  const commit = (files: string, parents: readonly string[], message: string): string =>
    repository.commit({ tree: files, parents, message, author: addressOf(author), seconds: 1_800_000_000 + parents.length });
  const fork = commit(repository.files(expanded(base)), [], signedOff('a library', author));
  const trees = Object.fromEntries(Object.entries(request.trees ?? {}).map(([path, entries]) => [path, treeOf(repository, entries)]));
  const changed = repository.files(expanded(head), trees);
  let tip = fork;
  for (const message of request.commits ?? [signedOff('a change', author)]) tip = commit(changed, [tip], message);
  const moved = request.target === undefined ? fork : commit(repository.files(expanded(target)), [fork], signedOff('meanwhile', author));
  repository.ref(`refs/heads/${name}/base`, moved);
  repository.ref(`refs/heads/${name}/head`, tip);
  const reviews: Reviews = { head: tip, before: fork, target: moved };
  const facts = await factsOf(request, world, reviews);
  return {
    folder: repository.folder,
    base: `${name}/base`,
    head: `${name}/head`,
    facts,
    payloadOf: ({ files }) => proofOf(request, files),
  };
}

function addressOf({ name }: Person): string {
  return `${name} <${name.toLowerCase()}@example.com>`;
}

function signedOff(text: string, author: Person): string {
  return `${text}\n\nSigned-off-by: ${addressOf(author)}\n`;
}

function treeOf(repository: RawRepository, entries: readonly TreeEntryFile[]): string {
  return repository.tree(
    entries.map((entry): RawEntry => {
      const name = entry.bytes === undefined ? (entry.name ?? '') : Buffer.from(entry.bytes, 'hex');
      return [entry.mode, name, oidOf(repository, entry)];
    }),
  );
}

function oidOf(repository: RawRepository, { text, entries, oid, depth }: TreeEntryFile): string {
  if (oid !== undefined) return oid;
  if (entries !== undefined) return treeOf(repository, entries);
  if (depth === undefined) return repository.blob(text ?? '');
  let at = repository.files({ file: 'x' });
  for (let count = 1; count < depth; count += 1) at = repository.tree([['40000', 'deeper', at]]);
  return at;
}

/** As if somebody had derived the payloads. */
function proofOf({ derived }: PullRequestFile, files: ReadonlyMap<string, Uint8Array>): PayloadProof {
  if (derived === 'nobody') return { kind: 'unproven', why: 'nobody has derived it' };
  const payloads = Object.entries(platformsOf(files)).map(([platform, { digest, size }]) => [
    platform,
    derived === undefined ? { digest, size } : { digest: withDigests(derived.digest), size: derived.size },
  ]);
  return { kind: 'proven', payloads: Object.fromEntries(payloads), differing: [] };
}

function platformsOf(files: ReadonlyMap<string, Uint8Array>): Readonly<Record<string, { readonly digest: string; readonly size: number }>> {
  try {
    return JSON.parse(Buffer.from(files.get('package.json') ?? []).toString('utf8')).component.payload.platforms;
  } catch {
    // What is no manifest has no payloads.
    return {};
  }
}
