import { parseComponentName } from '@moby/model';
import { listAt, textAt } from './answers.ts';
import type { GitHubApi } from './github-api.ts';
import { maySee } from './may-see.ts';
import { repositoryPath, type PullRequestName } from './pull-request-name.ts';
import { personAt } from './read-pull-request.ts';

/** What GitHub knows of a component that a pull request touches. Days are whole ones since a merge, by the forge's clock: dates of commits are their authors'. */
export interface ForgeComponent {
  /** Since the last change of OWNERS.yaml, whatever it changed. */
  readonly daysSinceOwnersChanged?: number;
  /** Authors of the merged pull requests that brought its manifests, newest first, as far as the author of this one. */
  readonly releasers?: readonly number[];
}

export interface ComponentsAsked {
  readonly name: PullRequestName;
  /** The branch that is merged into, and its tip: what isn't in its history doesn't count. */
  readonly branch: string;
  readonly target: string;
  /** Number of whoever wrote this pull request. */
  readonly author: number | undefined;
  readonly date: Date | undefined;
}

/** More of them stay unknown. */
const maxComponents = 20;
const maxLines = 10;
/** Of a line, the newest. */
const maxCommits = 30;
/** Commits whose pull requests are looked up, of all components; an hour has a thousand requests for a workflow's token. */
const maxLooks = 200;
const dayMs = 86_400_000;

/** By the component's folder; one of which nothing is known is missing. Throws what the API throws but `denied` and `not-found`. */
export async function readComponentFacts(api: GitHubApi, asked: ComponentsAsked): Promise<Readonly<Record<string, ForgeComponent>>> {
  const changes = openMergedChanges(api, asked);
  const found: [string, ForgeComponent][] = [];
  for (const [component, isReleased] of await touchedComponents(api, asked.name)) {
    const days = await maySee(async () => daysSinceOwnersChanged(api, asked, { component, changes }));
    const releasers = isReleased ? await maySee(async () => releasersOf(api, asked, { component, changes })) : undefined;
    if (days === undefined && releasers === undefined) continue;
    found.push([
      component,
      { ...(days === undefined ? {} : { daysSinceOwnersChanged: days }), ...(releasers === undefined ? {} : { releasers }) },
    ]);
  }
  return Object.fromEntries(found);
}

/** Component → whether a manifest of it is touched, without which no version changes. */
async function touchedComponents(api: GitHubApi, name: PullRequestName): Promise<ReadonlyMap<string, boolean>> {
  const files = (await maySee(async () => api.list(repositoryPath(name, `/pulls/${name.number}/files`)))) ?? [];
  const paths = files.flatMap((file) => [textAt(file, 'filename') ?? [], textAt(file, 'previous_filename') ?? []].flat());
  const touched = new Map<string, boolean>();
  for (const path of paths) {
    const [, component = '', rest = ''] = /^components\/([^/]+)\/(.+)$/s.exec(path) ?? [];
    if (parseComponentName(component) === undefined) continue;
    touched.set(component, touched.get(component) === true || /^[^/]+\/package\.json$/.test(rest));
  }
  return new Map([...touched].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, maxComponents));
}

interface MergedChange {
  readonly mergedAt: number;
  readonly author: number | undefined;
}

/** The pull requests that brought a commit into the branch, each commit asked about once; undefined once too many were asked about. */
type MergedChanges = (oid: string) => Promise<readonly MergedChange[] | undefined>;

function openMergedChanges(api: GitHubApi, { name, branch }: ComponentsAsked): MergedChanges {
  const home = `${name.owner}/${name.repository}`.toLowerCase();
  const known = new Map<string, readonly MergedChange[]>();
  return async (oid) => {
    const before = known.get(oid);
    if (before !== undefined || known.size === maxLooks) return before;
    const { body } = await api.get(repositoryPath(name, `/commits/${oid}/pulls?per_page=100`));
    const changes = listAt(body).flatMap((change): readonly MergedChange[] => {
      const mergedAt = Date.parse(textAt(change, 'merged_at') ?? '');
      const isHere = textAt(change, 'base', 'ref') === branch && textAt(change, 'base', 'repo', 'full_name')?.toLowerCase() === home;
      return isHere && !Number.isNaN(mergedAt) ? [{ mergedAt, author: personAt(change, 'user')?.id }] : [];
    });
    known.set(oid, changes);
    return changes;
  };
}

interface AskedComponent {
  readonly component: string;
  readonly changes: MergedChanges;
}

/** Undefined where no pull request brought OWNERS.yaml as it is: it may have been pushed any day. */
async function daysSinceOwnersChanged(
  api: GitHubApi,
  asked: ComponentsAsked,
  { component, changes }: AskedComponent,
): Promise<number | undefined> {
  const [last] = await commitsOf(api, asked, { path: `components/${component}/OWNERS.yaml`, count: 1 });
  const merged = last === undefined ? [] : ((await changes(last)) ?? []);
  if (merged.length === 0 || asked.date === undefined) return undefined;
  // Of several the last: the shorter it is, the more is asked for.
  const since = asked.date.getTime() - Math.max(...merged.map(({ mergedAt }) => mergedAt));
  return Math.max(0, Math.floor(since / dayMs));
}

/** Undefined where it can't be told whether the author is one. Whoever has changed only a README.md or OWNERS.yaml is none. */
async function releasersOf(
  api: GitHubApi,
  asked: ComponentsAsked,
  { component, changes }: AskedComponent,
): Promise<readonly number[] | undefined> {
  const { body } = await api.get(repositoryPath(asked.name, `/contents/components/${component}?ref=${asked.target}`));
  const folders = listAt(body).flatMap((entry) => (textAt(entry, 'type') === 'dir' ? (textAt(entry, 'name') ?? []) : []));
  const lines = folders.filter((folder) => /^[0-9][0-9.]{0,40}$/.test(folder));
  if (lines.length > maxLines) return undefined;
  const releasers = new Set<number>();
  for (const line of lines) {
    const path = `components/${component}/${line}/package.json`;
    for (const commit of await commitsOf(api, asked, { path, count: maxCommits })) {
      const merged = await changes(commit);
      if (merged === undefined) return undefined;
      for (const { author } of merged) if (author !== undefined) releasers.add(author);
      if (asked.author !== undefined && releasers.has(asked.author)) return [...releasers];
    }
  }
  return [...releasers];
}

/** The last commits in the branch's history that changed a file, newest first. */
async function commitsOf(
  api: GitHubApi,
  { name, target }: ComponentsAsked,
  { path, count }: { readonly path: string; readonly count: number },
): Promise<readonly string[]> {
  const query = `path=${encodeURIComponent(path)}&sha=${target}&per_page=${count}`;
  const { body } = await api.get(repositoryPath(name, `/commits?${query}`));
  const oids = listAt(body).flatMap((commit) => textAt(commit, 'sha') ?? []);
  return oids.filter((oid) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid)).slice(0, count);
}
