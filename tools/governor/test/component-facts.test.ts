import { join } from 'node:path';
import { openHttp, type HttpClient } from '@moby/content';
import { openGitHubApi, parsePullRequestName, readFacts, type ForgeFacts } from '@moby/governor/act';
import { readReviewFacts, review } from '@moby/governor/review';
import { documentFindings, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startLocalGitHub, type LocalCommit, type LocalForge, type LocalGitHub } from './github/local-github.ts';
import { library, toReview } from './pull-request.ts';

const token = 'ghs_0123456789abcdefghij';
const user = { id: 41, login: 'github-actions[bot]', type: 'Bot' } as const;
const [ann, bob, eve] = [
  { id: 11, login: 'ann' },
  { id: 12, login: 'bob' },
  { id: 14, login: 'eve' },
];
const owners = 'components/tini/OWNERS.yaml';
const manifest = 'components/tini/0.19/package.json';

const folder = temporaryFolder();
const open: (() => Promise<void> | void)[] = [];
afterAll(() => removeFolder(folder));
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function ask(settings: Partial<LocalForge>): Promise<{ readonly facts: ForgeFacts; readonly forge: LocalGitHub }> {
  const forge = await startLocalGitHub({ token, user, head: 'd'.repeat(40), ...settings });
  const http: HttpClient = openHttp({ silenceMs: 5000 });
  open.push(
    () => http.close(),
    () => forge.close(),
  );
  const facts = await readFacts(openGitHubApi({ url: forge.url, token, http }), parsePullRequestName('owner/library#7'));
  expect(documentFindings('review-facts', facts)).toEqual([]);
  return { facts, forge };
}

const oid = (number: number): string => number.toString(16).padStart(40, '0');
const merged = (merged_at: string, by: LocalForge['author'] = ann, base?: string): NonNullable<LocalCommit['pulls']> => [
  { user: by ?? null, merged_at, ...(base === undefined ? {} : { base }) },
];
/** Ten o'clock on 2026-11-30 is the forge's time. */
const longAgo = '2026-10-01T12:00:00Z';
const firstMerge: LocalCommit = { sha: oid(1), paths: [owners, manifest, 'components/tini/README.md'], pulls: merged(longAgo) };

async function componentsOf(history: readonly LocalCommit[], more: Partial<LocalForge> = {}): Promise<ForgeFacts['components']> {
  return (await ask({ files: [manifest], history, ...more })).facts.components;
}

describe('what GitHub knows of a component', () => {
  test('is how long its owners have been merged, and who has released it', async () => {
    expect(await componentsOf([firstMerge])).toEqual({ tini: { daysSinceOwnersChanged: 59, releasers: [11] } });
  });

  test('goes by the day of the merge, whatever a commit says of itself', async () => {
    const adopted: LocalCommit = { sha: oid(2), paths: [owners], date: '2001-01-01T00:00:00Z', pulls: merged('2026-11-28T10:00:01Z', eve) };
    expect(await componentsOf([adopted, firstMerge])).toEqual({ tini: { daysSinceOwnersChanged: 1, releasers: [11] } });
    const twice: LocalCommit = { ...firstMerge, pulls: [...merged('2026-11-19T10:00:00Z'), ...merged(longAgo)] };
    expect(await componentsOf([twice])).toEqual({ tini: { daysSinceOwnersChanged: 11, releasers: [11] } });
  });

  test('is unknown where no pull request into this branch brought OWNERS.yaml', async () => {
    for (const pulls of [
      [],
      merged(longAgo, ann, 'owner/library:old'),
      merged(longAgo, ann, 'eve/library:main'),
      [{ user: eve, merged_at: null }],
    ]) {
      const pushed: LocalCommit = { sha: oid(2), paths: [owners], pulls };
      expect(await componentsOf([pushed, firstMerge])).toEqual({ tini: { releasers: [11] } });
    }
    expect(await componentsOf([])).toBeUndefined();
  });

  test('doesn’t make a releaser of somebody who has mended a README.md, or whose account is gone', async () => {
    const history: readonly LocalCommit[] = [
      { sha: oid(4), paths: ['components/tini/README.md', 'components/tini/0.19/facts.json'], pulls: merged(longAgo, eve) },
      { sha: oid(3), paths: ['components/tini/0.18/package.json'], pulls: merged(longAgo, bob) },
      { sha: oid(2), paths: [manifest], pulls: [{ user: null, merged_at: longAgo }] },
      firstMerge,
    ];
    expect(await componentsOf(history, { author: eve })).toEqual({ tini: { daysSinceOwnersChanged: 59, releasers: [11, 12] } });
  });

  test('is asked about no more than is needed: of twenty components, each commit once, as far as the author', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `part-${String(index).padStart(2, '0')}`);
    const paths = names.flatMap((name) => [`components/${name}/OWNERS.yaml`, `components/${name}/1/package.json`]);
    const others = Array.from({ length: 40 }, (_, index): LocalCommit => ({ sha: oid(100 + index), paths, pulls: merged(longAgo, bob) }));
    const { facts, forge } = await ask({
      files: [...paths, 'components/../x', 'README.md'],
      history: [{ ...firstMerge, paths }, ...others],
    });
    expect(Object.keys(facts.components ?? {})).toEqual(names.slice(0, 20));
    expect(forge.requests.filter((line) => line.endsWith('/pulls?per_page=100'))).toHaveLength(1);
    const stranger = await ask({ files: paths, author: eve, history: [{ ...firstMerge, paths }, ...others] });
    expect(stranger.facts.components?.['part-19']).toEqual({ daysSinceOwnersChanged: 59, releasers: [11, 12] });
    expect(stranger.forge.requests.filter((line) => line.endsWith('/pulls?per_page=100'))).toHaveLength(30);
  });

  test('is unknown beyond two hundred commits', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `part-${index}`);
    const history = names.flatMap((name, component) =>
      Array.from({ length: 30 }, (_, index): LocalCommit => ({
        sha: oid(1000 * (component + 1) + index),
        paths: [`components/${name}/1/package.json`],
        pulls: merged(longAgo, bob),
      })),
    );
    const files = names.map((name) => `components/${name}/1/package.json`);
    const { facts, forge } = await ask({ files, author: eve, history });
    expect(Object.keys(facts.components ?? {})).toEqual(names.slice(0, 6));
    expect(forge.requests.filter((line) => line.endsWith('/pulls?per_page=100'))).toHaveLength(200);
  });

  test('is of the component that a file was moved out of, too', async () => {
    const files = [{ filename: 'docs/tini.md', previous_filename: 'components/tini/README.md' }];
    expect(await componentsOf([firstMerge], { files })).toEqual({ tini: { daysSinceOwnersChanged: 59 } });
  });
});

const released = {
  [manifest]: `${JSON.stringify({ ...JSON.parse(library()[manifest] ?? ''), version: '0.19.2', description: 'Reaps what others leave behind' }, undefined, 2)}\n`,
};

/** What takeover-cooloff finds in a release by Ann, whom Bob approves of, by the facts that GitHub gives. */
async function cooloffOf(name: string, history: readonly LocalCommit[]): Promise<readonly string[]> {
  const asked = toReview(join(folder, name), { head: released });
  const { head = '' } = asked.facts ?? {};
  const { facts } = await ask({
    head,
    author: ann,
    files: [manifest],
    history,
    activity: [{ after: head, actor: ann }],
    reviews: [{ user: bob, state: 'APPROVED', commit_id: head }],
    mergedChanges: 3,
  });
  const read = await readReviewFacts(JSON.stringify(facts), 'facts.json');
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  // The server's branch is another repository's than the one that is judged.
  const { target: _target, ...known } = read.value;
  const report = await review({ ...asked, facts: known });
  expect(report.verdict).not.toBe('tool-error');
  return report.findings.filter(({ rule }) => rule === 'MOBY-O407').map(({ clause }) => clause);
}

test('a release by a known releaser passes by these facts, and one of fresh owners doesn’t', async () => {
  const { paths } = firstMerge;
  expect(await cooloffOf('known', [firstMerge])).toEqual([]);
  const adopted: LocalCommit = { sha: oid(2), paths: [owners], date: '2001-01-01T00:00:00Z', pulls: merged('2026-11-20T10:00:00Z', eve) };
  expect(await cooloffOf('fresh', [adopted, firstMerge])).toEqual(['recent']);
  expect(await cooloffOf('first', [{ sha: oid(2), paths, pulls: merged(longAgo, bob) }])).toEqual(['first-release']);
  expect(await cooloffOf('pushed', [{ sha: oid(2), paths: [owners], pulls: [] }, firstMerge])).toEqual(['unknown']);
});
