import { openHttp, type HttpClient } from '@moby/content';
import { commentTag, maxAnnotationsPerRequest, type ReviewReport } from '@moby/governor';
import {
  maxAnnotations,
  openGitHubApi,
  parsePullRequestName,
  plannedRequests,
  postReview,
  readFacts,
  type GitHubApi,
  type PostedReview,
} from '@moby/governor/act';
import { documentFindings } from '@moby/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { startLocalGitHub, type LocalForge, type LocalGitHub } from './github/local-github.ts';
import { shapeFaults, shapes } from './github/shapes.ts';
import { hostileReport, longReport, nasty, ordinary } from './reports.ts';

const bot = { id: 41, login: 'github-actions[bot]', type: 'Bot' } as const;
const token = 'ghs_0123456789abcdefghij';
const pullRequest = parsePullRequestName('owner/library#7');
const open: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface World {
  readonly forge: LocalGitHub;
  readonly api: GitHubApi;
  readonly pauses: number[];
  post(report?: ReviewReport): Promise<PostedReview>;
}

async function world(settings: Partial<LocalForge> = {}): Promise<World> {
  const forge = await startLocalGitHub({ token, user: bot, head: ordinary.head, ...settings });
  const http: HttpClient = openHttp({ silenceMs: 5000 });
  open.push(
    () => http.close(),
    () => forge.close(),
  );
  const pauses: number[] = [];
  const delay = async (ms: number): Promise<void> => void pauses.push(ms);
  const api = openGitHubApi({ url: forge.url, token, http, delay });
  const as = settings.user === undefined ? { as: bot.login } : {};
  return { forge, api, pauses, post: async (report = ordinary) => postReview(api, { report, pullRequest, delay, ...as }) };
}

function writes({ requests }: LocalGitHub): readonly string[] {
  return requests.filter((line) => !line.startsWith('GET '));
}

const passing: ReviewReport = { ...ordinary, verdict: 'pass', findings: [], unjudged: [], autoMerge: [], assemblies: [] };

describe('a report at GitHub', () => {
  test('is a check on its head, one comment and one label, and a second time nothing is sent', async () => {
    const { forge, post } = await world();
    expect(await post()).toEqual({ check: 1, comment: 1, labels: 2 });
    expect(forge.checkRuns.map(({ head_sha, status, conclusion, title }) => ({ head_sha, status, conclusion, title }))).toEqual([
      {
        head_sha: ordinary.head,
        status: 'completed',
        conclusion: 'failure',
        title: 'fail · 1 error, 1 for a person to decide, 1 warning, 1 waived, 1 rule not judged, 61 rules passed',
      },
    ]);
    expect(forge.checkRuns[0]?.annotations).toHaveLength(3);
    expect(forge.comments.map(({ body }) => body.split('\n')[0])).toEqual([commentTag]);
    expect(forge.onPullRequest).toEqual(['review: fail']);
    const before = writes(forge).length;
    expect(await post()).toEqual({ check: 0, comment: 0, labels: 0 });
    expect(writes(forge)).toHaveLength(before);
  });

  test('says each verdict as a conclusion, never one that counts as a pass by itself', async () => {
    for (const [verdict, conclusion] of [
      ['pass', 'success'],
      ['fail', 'failure'],
      ['needs-review', 'action_required'],
      ['tool-error', 'failure'],
    ] as const) {
      const { forge, post } = await world();
      await post({ ...passing, verdict, ...(verdict === 'tool-error' ? { cause: { kind: 'network', message: 'no route' } } : {}) });
      expect(forge.checkRuns[0]).toMatchObject({ conclusion, title: expect.stringContaining(verdict) });
      expect(forge.onPullRequest).toEqual([`review: ${verdict}`]);
    }
  });

  test('sends annotations fifty by fifty, and concludes with the last of them', async () => {
    const { forge, post } = await world();
    const report = longReport(2 * maxAnnotationsPerRequest + 20);
    expect(await post(report)).toMatchObject({ check: 3 });
    expect(forge.checkRuns.map(({ annotations }) => annotations.length)).toEqual([120]);
    expect(await post(report)).toMatchObject({ check: 0 });
    const many = await world();
    await many.post(longReport(maxAnnotations + 1));
    expect(many.forge.checkRuns[0]).toMatchObject({
      conclusion: 'failure',
      text: `1 of ${maxAnnotations + 1} findings are without annotation.`,
    });
    expect(many.forge.checkRuns[0]?.annotations).toHaveLength(maxAnnotations);
  });

  test('goes on where it was cut, and makes nothing twice', async () => {
    const { forge, post } = await world();
    const report = longReport(120);
    forge.faults.push(
      { request: 'POST /repos/owner/library/check-runs', kind: 'lost' },
      { request: 'PATCH /repos/owner/library/check-runs', kind: 'lost' },
      { request: 'PATCH /repos/owner/library/check-runs', kind: 'answer', status: 502 },
      { request: 'POST /repos/owner/library/issues/7/comments', kind: 'lost' },
      { request: 'POST /repos/owner/library/labels', kind: 'lost' },
    );
    await post(report);
    expect(forge.faults).toEqual([]);
    expect(forge.checkRuns.map(({ annotations, conclusion }) => [annotations.length, conclusion])).toEqual([[120, 'failure']]);
    expect(forge.comments).toHaveLength(1);
    expect(forge.onPullRequest).toEqual(['review: fail']);
  });

  test('changes its comment and its label with the verdict, and begins another check, since annotations stay', async () => {
    const { forge, post } = await world({ labels: ['Review: Needs-Review', 'review: mine', 'bug'] });
    await post();
    await post(passing);
    expect(forge.comments.map(({ body }) => body.includes('### pass'))).toEqual([true]);
    expect(forge.onPullRequest).toEqual(['review: mine', 'bug', 'review: pass']);
    expect(forge.checkRuns.map(({ conclusion, annotations }) => [conclusion, annotations.length])).toEqual([
      ['failure', 3],
      ['success', 0],
    ]);
    // Of the same annotations the check itself is changed.
    await post({ ...passing, passed: 60 });
    expect(forge.checkRuns.map(({ title }) => title)).toEqual([expect.stringContaining('fail'), 'pass · 1 waived, 60 rules passed']);
  });

  test('leaves a comment that somebody else has given the tag, on whatever page', async () => {
    const forger = { id: 66, login: 'github-actions', type: 'User' } as const;
    const comments = Array.from({ length: 130 }, () => ({ user: forger, body: `${commentTag}\nall is well` }));
    const { forge, post } = await world({ comments: [...comments, { user: bot, body: `${commentTag}\nold` }] });
    expect(await post()).toMatchObject({ comment: 1 });
    expect(forge.comments).toHaveLength(131);
    expect(forge.comments.at(-1)?.body).toContain('### fail');
    expect(forge.comments[0]?.body).toBe(`${commentTag}\nall is well`);
  });

  test('has only bodies that GitHub takes, whatever contributors write', async () => {
    const { forge, post } = await world({ head: 'a'.repeat(40) });
    await post(hostileReport(nasty.repeat(2000)));
    expect(forge.comments).toHaveLength(1);
    expect(forge.checkRuns[0]?.status).toBe('completed');
  });

  test('isn’t sent for another head', async () => {
    const { forge, post } = await world({ head: 'd'.repeat(40) });
    await expect(post()).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(ordinary.head) });
    expect(writes(forge)).toEqual([]);
  });

  test('is known by a person’s token too, who can’t make a check run', async () => {
    const user = { id: 5, login: 'ann' };
    const { forge, api, post } = await world({ user });
    await expect(post()).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('You must authenticate via a GitHub App.'),
    });
    for (const comment of [1, 0]) expect(await postReview(api, { report: ordinary, pullRequest, parts: ['comment'] })).toEqual({ comment });
    expect(forge.comments.map(({ user: { login } }) => login)).toEqual(['ann']);
  });

  test('planned, is the same requests, and nobody is asked', async () => {
    const { forge, post } = await world();
    const report = longReport(60);
    const planned = await plannedRequests({ report, pullRequest });
    await post(report);
    const plain = (line: string): string => line.replace(/check-runs\/[0-9]+/, 'check-runs/0');
    expect(planned.map(({ method, path }) => `${method} ${path}`)).toEqual(writes(forge).map(plain));
    expect(planned[0]?.body).toMatchObject({ head_sha: report.head, status: 'in_progress' });
    expect(planned[1]?.body).toMatchObject({ status: 'completed', conclusion: 'failure' });
  });
});

describe('a forge that doesn’t answer as hoped', () => {
  test('is given patience as far as it asks for it, and no further', async () => {
    const { forge, post, pauses } = await world();
    const limit = { request: 'GET /repos/owner/library/pulls/7', kind: 'answer' } as const;
    forge.faults.push(
      { ...limit, status: 429, headers: { 'retry-after': '7' } },
      // By the forge's own clock, which is ten o'clock: eleven seconds later.
      {
        ...limit,
        status: 403,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.UTC(2026, 10, 30, 10, 0, 11) / 1000) },
      },
      { ...limit, status: 503 },
    );
    await post();
    expect(pauses).toEqual([7000, 11_000, 4000]);
    forge.faults.push({ ...limit, status: 429, headers: { 'retry-after': '1800' } });
    await expect(post()).rejects.toMatchObject({ code: 'network', message: expect.stringContaining('wait 1800 s; at most 60 s') });
    forge.faults.push(...Array.from({ length: 4 }, () => ({ ...limit, status: 500 })));
    await expect(post()).rejects.toMatchObject({ code: 'network' });
  });

  test('is named with its own words and without the token', async () => {
    const { forge, post } = await world({ permissions: ['issues'] });
    const failure = await post().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'denied', message: expect.stringContaining('Resource not accessible by integration') });
    expect(JSON.stringify(failure) + String(failure)).not.toContain(token);
    expect(forge.comments).toEqual([]);
    const elsewhere = { api: 'https://x.example', url: 'http://x.example', user: 'https://a:b@x.example' };
    for (const url of [elsewhere.url, elsewhere.user, 'x'])
      expect(() => openGitHubApi({ url, token, http: openHttp() })).toThrow('is no address that a token is sent to');
  });
});

describe('facts of a pull request', () => {
  test('are what GitHub says, by numbers and heads', async () => {
    const head = 'd'.repeat(40);
    const { api } = await world({
      head,
      draft: true,
      author: { id: 11, login: 'ann' },
      labels: ['hold'],
      reviews: [
        { user: { id: 12, login: 'ben' }, state: 'APPROVED', commit_id: head },
        { user: { id: 13, login: 'cid' }, state: 'CHANGES_REQUESTED', commit_id: 'e'.repeat(40) },
        { user: { id: 14, login: 'dee' }, state: 'PENDING', commit_id: head },
        { user: null, state: 'APPROVED', commit_id: head },
        { user: { id: 15, login: 'eve' }, state: 'APPROVED', commit_id: null },
      ],
      required: ['build'],
      rules: [
        { type: 'merge_queue', parameters: {} },
        {
          type: 'required_status_checks',
          parameters: { required_status_checks: [{ context: 'lint' }, { context: 'moby-compose review' }] },
        },
      ],
      checks: [
        { name: 'build', status: 'completed', conclusion: 'success' },
        { name: 'docs', status: 'completed', conclusion: 'neutral' },
      ],
      activity: [{ after: head, actor: { id: 16, login: 'pat' } }],
      mergedChanges: 3,
    });
    const facts = await readFacts(api, pullRequest);
    expect(documentFindings('review-facts', facts)).toEqual([]);
    expect(facts).toEqual({
      form: 1,
      today: '2026-11-30',
      number: 7,
      head,
      target: 'c'.repeat(40),
      author: { id: 11, login: 'ann', mergedChanges: 3 },
      pusher: { id: 16, login: 'pat' },
      reviews: [
        { id: 12, login: 'ben', state: 'approved', commit: head },
        { id: 13, login: 'cid', state: 'changes-requested', commit: 'e'.repeat(40) },
      ],
      labels: ['hold'],
      draft: true,
      hold: true,
      queue: true,
      checks: [
        { name: 'build', required: true, state: 'succeeded' },
        { name: 'docs', required: false, state: 'skipped' },
        { name: 'lint', required: true, state: 'pending' },
      ],
      logins: { 11: 'ann', 12: 'ben', 13: 'cid', 16: 'pat' },
    });
  });

  test('are left out where the token may not see them, or they are about another head', async () => {
    const { api } = await world({ permissions: [], activity: [{ after: 'f'.repeat(40), actor: { id: 16, login: 'pat' } }] });
    const facts = await readFacts(api, pullRequest);
    expect(documentFindings('review-facts', facts)).toEqual([]);
    expect(facts).not.toHaveProperty('checks');
    expect(facts).not.toHaveProperty('queue');
    expect(facts).not.toHaveProperty('pusher');
  });
});

test('the local server refuses what GitHub would', () => {
  const annotation = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'm' };
  const faults = (output: object): readonly string[] =>
    shapeFaults({ output: { title: 't', summary: 's', ...output } }, shapes.updateCheckRun).map(({ field }) => field);
  expect(faults({})).toEqual([]);
  expect(faults({ annotations: Array.from({ length: 51 }, () => annotation) })).toEqual(['output/annotations']);
  expect(faults({ annotations: [{ ...annotation, end_line: 2, start_column: 1 }] })).toEqual(['output/annotations/0/start_column']);
  expect(faults({ annotations: [{ ...annotation, annotation_level: 'error' }] })).toEqual(['output/annotations/0/annotation_level']);
  expect(faults({ summary: 'x'.repeat(65_536) })).toEqual(['output/summary']);
  expect(faults({ title: undefined })).toEqual(['output/title']);
  expect(shapeFaults({ conclusion: 'stale' }, shapes.updateCheckRun)).toHaveLength(1);
  expect(shapeFaults({ head_sha: 'x' }, shapes.updateCheckRun)).toHaveLength(1);
});
