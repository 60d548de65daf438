import { Failure } from '@moby/model';
import { listAt, memberOf, needed, numberAt, textAt } from './answers.ts';
import type { GitHubApi } from './github-api.ts';
import { maySee } from './may-see.ts';
import { repositoryPath, type PullRequestName } from './pull-request-name.ts';
import { readComponentFacts, type ForgeComponent } from './read-component-facts.ts';
import { oidOf, personAt, readPullRequest, type ForgePerson, type PullRequest } from './read-pull-request.ts';
import { checkName } from './wanted-check.ts';
import type { ForgeCheck, GivenReview } from '../../review/review-facts.ts';

/**
 * What GitHub knows of a pull request and git doesn't, in the form of schemas/documents/review-facts.v1.schema.json. What the token may
 * not see is missing, never guessed. Nothing of it is text of the author's but names of branches and labels.
 */
export interface ForgeFacts {
  readonly form: 1;
  /** A day, by the forge's own clock. */
  readonly today?: string;
  readonly number: number;
  readonly head: string;
  /** The tip of the branch that is merged into, now. */
  readonly target: string;
  readonly author?: ForgePerson & { readonly mergedChanges?: number };
  /** Who pushed the head. */
  readonly pusher?: ForgePerson;
  readonly reviews: readonly GivenReview[];
  readonly labels: readonly string[];
  readonly draft: boolean;
  readonly hold: boolean;
  readonly queue?: boolean;
  readonly checks?: readonly ForgeCheck[];
  /** The names of those who are named above, by number. */
  readonly logins: Readonly<Record<string, string>>;
  /** Those that are touched and of which something is known, by their folders. */
  readonly components?: Readonly<Record<string, ForgeComponent>>;
}

/** A label by which anybody who may label asks to wait. */
const holdLabel = 'hold';
const states: Readonly<Record<string, GivenReview['state']>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  COMMENTED: 'commented',
  DISMISSED: 'dismissed',
};
const maxReviews = 2000;
const maxChecks = 1000;
const maxLabels = 200;

/** Throws what the API throws, and `refused` where the head moves while it is asked. */
export async function readFacts(api: GitHubApi, name: PullRequestName): Promise<ForgeFacts> {
  const pullRequest = await readPullRequest(api, name);
  const { head, author, labels, isDraft, date } = pullRequest;
  const reviews = reviewsOf(await api.list(repositoryPath(name, `/pulls/${name.number}/reviews`)));
  const branch = await branchOf(api, name, pullRequest.base.branch);
  const checks = await maySee(async () => checksOf(api, name, { head: head.oid, required: branch.required }));
  const pusher = await maySee(async () => pusherOf(api, pullRequest));
  const mergedChanges = author === undefined ? undefined : await maySee(async () => mergedChangesOf(api, name, author));
  const components = await readComponentFacts(api, {
    name,
    branch: pullRequest.base.branch,
    target: branch.oid,
    author: author?.id,
    date,
  });
  const again = await readPullRequest(api, name);
  if (again.head.oid !== head.oid)
    throw new Failure({ code: 'refused', message: 'the pull request was pushed to while it was asked about', hints: ['ask again'] });
  const people = [author, pusher, ...reviews].filter((person) => person !== undefined);
  return {
    form: 1,
    ...(date === undefined ? {} : { today: date.toISOString().slice(0, 10) }),
    number: pullRequest.number,
    head: head.oid,
    target: branch.oid,
    ...(author === undefined ? {} : { author: { ...author, ...(mergedChanges === undefined ? {} : { mergedChanges }) } }),
    ...(pusher === undefined ? {} : { pusher }),
    reviews,
    labels: labels.slice(0, maxLabels),
    draft: isDraft,
    hold: labels.some((label) => label.toLowerCase() === holdLabel),
    ...(branch.queue === undefined ? {} : { queue: branch.queue }),
    ...(checks === undefined ? {} : { checks }),
    logins: Object.fromEntries(people.map(({ id, login }) => [String(id), login])),
    ...(Object.keys(components).length === 0 ? {} : { components }),
  };
}

/** Reviews that say something, in their order; one whose head is gone, or whose author is, counts for nothing. */
function reviewsOf(elements: readonly unknown[]): readonly GivenReview[] {
  if (elements.length > maxReviews)
    throw new Failure({ code: 'limit', message: `the pull request has ${elements.length} reviews; at most ${maxReviews} are read` });
  return elements.flatMap((element): readonly GivenReview[] => {
    const [person, state, commit] = [personAt(element, 'user'), states[textAt(element, 'state') ?? ''], textAt(element, 'commit_id')];
    if (person === undefined || state === undefined || commit === undefined) return [];
    return [{ ...person, state, commit: oidOf(commit, 'review') }];
  });
}

interface TargetBranch {
  readonly oid: string;
  /** Names of checks without which nothing is merged; undefined where the token may not see it. */
  readonly required: ReadonlySet<string> | undefined;
  readonly queue: boolean | undefined;
}

/** A branch's protection is told twice: by the older settings of the branch, and by the newer rules. */
async function branchOf(api: GitHubApi, name: PullRequestName, branch: string): Promise<TargetBranch> {
  const encoded = encodeURIComponent(branch);
  const { body } = await api.get(repositoryPath(name, `/branches/${encoded}`));
  const rules = await maySee(async () => api.list(repositoryPath(name, `/rules/branches/${encoded}`)));
  const contexts = listAt(body, 'protection', 'required_status_checks', 'contexts').filter((context) => typeof context === 'string');
  const ofRules = (rules ?? []).flatMap((rule) =>
    listAt(rule, 'parameters', 'required_status_checks').flatMap((check) => textAt(check, 'context') ?? []),
  );
  return {
    oid: oidOf(textAt(body, 'commit', 'sha'), 'target'),
    required: rules === undefined ? undefined : new Set([...contexts, ...ofRules]),
    queue: rules?.some((rule) => textAt(rule, 'type') === 'merge_queue'),
  };
}

/** The checks of a head but our own, which can't wait for itself. */
async function checksOf(
  api: GitHubApi,
  name: PullRequestName,
  { head, required }: { readonly head: string; readonly required: ReadonlySet<string> | undefined },
): Promise<readonly ForgeCheck[] | undefined> {
  if (required === undefined) return undefined;
  const runs = await api.list(repositoryPath(name, `/commits/${head}/check-runs?filter=latest`), 'check_runs');
  const seen = new Map<string, ForgeCheck>();
  for (const run of runs) {
    const check = textAt(run, 'name') ?? '';
    if (check === '' || check === checkName) continue;
    const found: ForgeCheck = { name: check.slice(0, 200), required: required.has(check), state: stateOf(run) };
    const other = seen.get(check);
    // Of two of one name the worse counts: nobody knows which of them is meant.
    if (other === undefined || gravity.indexOf(found.state) < gravity.indexOf(other.state)) seen.set(check, found);
  }
  for (const context of required)
    if (context !== checkName && !seen.has(context)) seen.set(context, { name: context.slice(0, 200), required: true, state: 'pending' });
  return [...seen.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, maxChecks);
}

const gravity: readonly ForgeCheck['state'][] = ['failed', 'pending', 'skipped', 'succeeded'];

function stateOf(run: unknown): ForgeCheck['state'] {
  if (textAt(run, 'status') !== 'completed') return 'pending';
  const conclusion = textAt(run, 'conclusion');
  if (conclusion === 'success') return 'succeeded';
  return conclusion === 'neutral' || conclusion === 'skipped' ? 'skipped' : 'failed';
}

/** The last push of the head's branch, where it is this head that it brought. */
async function pusherOf(api: GitHubApi, { head }: PullRequest): Promise<ForgePerson | undefined> {
  if (head.repository === undefined || !/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(head.repository)) return undefined;
  const { body } = await api.get(`/repos/${head.repository}/activity?ref=${encodeURIComponent(`refs/heads/${head.branch}`)}&per_page=1`);
  const [last] = listAt(body);
  return textAt(last, 'after') === head.oid ? personAt(last, 'actor') : undefined;
}

async function mergedChangesOf(
  api: GitHubApi,
  { owner, repository }: PullRequestName,
  { login }: ForgePerson,
): Promise<number | undefined> {
  if (!/^[A-Za-z0-9-]+(?:\[bot\])?$/.test(login)) return undefined;
  const query = `repo:${owner}/${repository} is:pr is:merged author:${login}`;
  const { body } = await api.get(`/search/issues?q=${encodeURIComponent(query)}&per_page=1`);
  return memberOf(body, 'incomplete_results') === true ? undefined : needed(numberAt(body, 'total_count'), 'count of a search');
}
