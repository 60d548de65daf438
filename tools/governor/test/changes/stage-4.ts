import { defaultPolicy, type Policy } from '@moby/governor';
import type { GivenReview } from '@moby/governor/review';
import { ann, bob, library, owners, type ChangeFixture, type Files, type OrdinaryFacts, type PullRequest } from '../pull-request.ts';

const file = 'components/tini/OWNERS.yaml';
const manifest = 'components/tini/0.19/package.json';

const readme: PullRequest = { head: { 'components/tini/README.md': '# tini\n\nAnother word.\n' } };
const words: PullRequest = { head: { 'docs/words.md': '# Words\n' } };

/** A change of OWNERS.yaml from one text to another. */
const from = (before: string, after: string): PullRequest => ({ base: { [file]: before }, head: { [file]: after } });
const both = (lifecycle: string): string => owners(lifecycle, ann, bob);
const step = (before: string | undefined, after: string, change = 1): string =>
  `  - ${before === undefined ? '' : `from: ${before}\n    `}to: ${after}\n    change: ${change}\n    actor: 11\n    date: 2026-11-01\n`;
const history = (...steps: readonly string[]): string => `history:\n${steps.join('')}`;

const policy = (change: Partial<Policy>): Pick<PullRequest, 'policy'> => ({ policy: { ...defaultPolicy, ...change } });
const critical = policy({ criticalRoots: ['tini'] });

/** Somebody of the everyday facts by their name there, or somebody else. */
type Reviewer = string | Omit<GivenReview, 'commit' | 'state'>;

function reviewsBy({ head, reviews: all }: OrdinaryFacts, given: readonly Reviewer[]): readonly GivenReview[] {
  return given.flatMap((one) =>
    typeof one === 'string' ? all.filter(({ login }) => login === one) : [{ ...one, state: 'approved' as const, commit: head }],
  );
}

type Facts = NonNullable<PullRequest['facts']>;

/** By Ann, and approved by these alone. */
function reviews(...given: readonly Reviewer[]): Facts {
  return (facts) => ({ ...facts, reviews: reviewsBy(facts, given) });
}

/** By Eve, whom nobody knows, and approved by these. */
function byEve(...given: readonly Reviewer[]): Facts {
  const eve = { id: 14, login: 'eve' };
  return (facts) => ({ ...facts, reviews: reviewsBy(facts, given), author: { ...eve, mergedChanges: 3 }, pusher: eve });
}

const person = (name: string, rest: string): string => `  - name: ${name}\n${rest}`;
const eve = person('Eve', '    id: 14\n    github: eve\n    organisation: Elm\n');

/** package.json of the library's component as the tool writes it, with another member or two. */
const packageText = (change: Readonly<Record<string, string>>): string =>
  `${JSON.stringify({ ...JSON.parse(library()[manifest] ?? ''), ...change }, undefined, 2)}\n`;

const bumped: Files = { [manifest]: packageText({ version: '0.19.2', description: 'Reaps what others leave behind' }) };

/** A component that the base doesn't have: tini under another name. */
const newcomer = (own: string): PullRequest => ({
  head: Object.fromEntries(
    Object.entries(library()).flatMap(([path, text]): readonly [string, string][] => {
      const other = path.replace('components/tini/', 'components/first-process/');
      if (other === path) return [];
      return [[other, path === file ? own : path === manifest ? packageText({ name: '@moby/first-process' }) : text]];
    }),
  ),
});

export const stage4: Readonly<Record<string, ChangeFixture>> = {
  'owners-valid': {
    fail: {
      newcomer: { ...newcomer(both('experimental')), facts: reviews('bob') },
      'too-few': from(both('maintained'), owners('maintained', ann)),
      'too-few-critical': { ...from(both('experimental'), owners('experimental', ann)), ...critical },
    },
    pass: [
      readme,
      newcomer(both('experimental')),
      from(both('maintained'), owners('maintained', person('we', '    team: true\n'), ann)),
      from(both('experimental'), owners('experimental', ann)),
      // It was so before, and is not worse.
      from(owners('maintained', ann), owners('maintained', ann.replace('registry: ann', 'registry: ann-2'))),
      {
        ...from(owners('experimental', ann), owners('experimental', ann.replace('registry: ann', 'registry: ann-2'))),
        ...critical,
        facts: reviews({ id: 12, login: 'bob', organisation: 'Birch', role: 'steward' }, 'sue'),
      },
    ],
  },
  'immutable-id': {
    fail: {
      'no-number': from(both('maintained'), owners('maintained', ann, bob, person('Cid', '    github: cid\n'))),
      'other-name': from(both('maintained'), owners('maintained', ann, bob, person('Eve', '    id: 14\n    github: mallory\n'))),
      'unknown-name': from(both('maintained'), owners('maintained', ann, bob, person('Cid', '    id: 99\n    github: cid\n'))),
    },
    pass: [
      from(both('maintained'), owners('maintained', ann, bob, person('Eve', '    id: 14\n    github: EVE\n'))),
      from(both('maintained'), owners('maintained', ann, bob, person('we', '    team: true\n'))),
      from(owners('maintained', ann, person('Cid', '')), owners('maintained', ann, bob, person('Cid', ''))),
    ],
  },
  'owner-approval': {
    fail: {
      unapproved: { ...readme, facts: reviews() },
      unowned: { ...readme, base: { [file]: 'lifecycle: dead\n' }, facts: reviews('bob') },
      'stewards-only': { ...readme, base: { [file]: both('orphaned') }, facts: reviews('bob') },
      frozen: { ...readme, base: { [file]: both('quarantined') } },
      'no-fix': {
        base: { [file]: both('fixes-only') },
        head: { [manifest]: packageText({ version: '0.20.1' }) },
        also: ['package-agree/upstream'],
      },
      'unknown-people': { ...readme, facts: ({ reviews: _reviews, ...facts }) => facts },
    },
    pass: [
      { ...readme, facts: reviews('bob') },
      { ...readme, facts: reviews('sue') },
      { ...readme, facts: byEve({ id: 21, login: 'pru', role: 'proven-maintainer' }) },
      {
        ...readme,
        ...policy({ roles: { ...defaultPolicy.roles, steward: [{ name: 'Sam', id: 22 }] } }),
        facts: byEve({ id: 22, login: 'sam' }),
      },
      { base: { [file]: both('fixes-only') }, head: bumped },
      { ...readme, base: { [file]: both('experimental') }, facts: reviews() },
      { ...readme, base: { [file]: both('orphaned') }, facts: reviews('sue') },
      {
        ...readme,
        base: { [file]: owners('maintained', person('we', '    id: 7\n    team: true\n')) },
        facts: byEve({ id: 23, login: 'tom', teams: [7] }),
      },
      { ...words, facts: reviews() },
    ],
  },
  'owners-change': {
    fail: {
      owner: { ...from(both('maintained'), owners('maintained', ann, bob, eve)), facts: byEve('sue') },
      steward: { ...from(both('maintained'), owners('maintained', ann, bob, eve)), facts: reviews('bob') },
    },
    pass: [
      from(both('maintained'), owners('maintained', ann, bob, eve)),
      // The same people in another order.
      { ...from(both('maintained'), owners('maintained', bob, ann)), facts: reviews('bob') },
      // Of what nobody answers for, nobody is asked.
      { ...from(both('orphaned'), owners('orphaned', eve)), facts: byEve('sue') },
    ],
  },
  'state-change': {
    fail: {
      'no-way': from(both('retired'), both('maintained') + history(step('retired', 'maintained'))),
      undecided: {
        ...from(both('maintained'), both('fixes-only') + history(step('maintained', 'fixes-only'))),
        facts: byEve('sue'),
      },
      beginning: newcomer(both('maintained')),
    },
    pass: [
      from(both('maintained'), both('fixes-only') + history(step('maintained', 'fixes-only'))),
      newcomer(both('proposed')),
      // Out of quarantine it becomes what it was.
      {
        ...from(
          both('quarantined') + history(step('fixes-only', 'quarantined')),
          both('fixes-only') + history(step('fixes-only', 'quarantined'), step('quarantined', 'fixes-only', 2)),
        ),
        facts: (ordinary) => ({
          ...reviews({ id: 31, login: 'zoe', role: 'security-team' }, { id: 32, login: 'yan', role: 'security-team' }, 'sue')(ordinary),
          components: { tini: { shown: ['clean-version'] } },
        }),
      },
      // Whoever would answer for it, and a steward, after a week.
      {
        ...from(both('orphaned'), owners('experimental', eve) + history(step('orphaned', 'experimental'))),
        facts: (ordinary) => ({
          ...byEve('sue')(ordinary),
          components: { tini: { days: { announcement: 7 }, shown: ['old-keys-revoked'] } },
        }),
      },
      {
        ...from(both('retired'), both('maintained') + history(step('retired', 'maintained'))),
        base: {
          [file]: both('retired'),
          'docs/governance/lifecycle.yaml':
            'states:\n  - name: retired\n    assemble: yes\n    resolve: yes\n    changes: all\n    means: it is given up\n  - name: maintained\n    assemble: yes\n    resolve: yes\n    changes: all\n    means: it is used\ntransitions:\n  - from: [retired]\n    to: maintained\n    by: [{ role: steward }]\n',
        },
      },
    ],
  },
  'self-waiver': {
    fail: {
      own: {
        also: ['no-mix/mixed'],
        head: {
          ...readme.head,
          'docs/governance/policy.yaml':
            "scopes: ['@moby']\nwaivers:\n  - rule: MOBY-S101\n    package: '@moby/tini'\n    until: 2027-01-31\n    by: steward\n    reason: it is urgent\n",
        },
      },
    },
    pass: [readme],
  },
  'takeover-cooloff': {
    fail: {
      recent: { head: bumped, facts: (facts) => ({ ...facts, components: { tini: { daysSinceOwnersChanged: 13, releasers: [11] } } }) },
      'first-release': {
        head: bumped,
        facts: (facts) => ({ ...reviews('bob')(facts), components: { tini: { daysSinceOwnersChanged: 20, releasers: [12] } } }),
      },
      unknown: { head: bumped, facts: (facts) => ({ ...facts, components: { tini: { daysSinceOwnersChanged: 20 } } }) },
    },
    pass: [
      { head: bumped },
      { head: bumped, facts: (facts) => ({ ...facts, components: { tini: { daysSinceOwnersChanged: 14, releasers: [12] } } }) },
      // A stranger's change is a maintainer's to approve, who has been one for long.
      { head: bumped, facts: (facts) => ({ ...byEve('bob')(facts), components: { tini: { daysSinceOwnersChanged: 20 } } }) },
      { ...readme, facts: (facts) => ({ ...facts, components: {} }) },
    ],
  },
  'critical-path': {
    fail: {
      'too-few': { ...readme, ...critical, facts: reviews('bob') },
      'one-organisation': {
        ...readme,
        ...critical,
        facts: reviews('bob', { id: 13, login: 'sue', organisation: 'birch', role: 'steward' }),
      },
      unknown: { ...readme, ...critical, base: { 'components/broken/1/package.json': '{' } },
    },
    pass: [
      { ...readme, ...critical },
      { ...readme, ...policy({ criticalRoots: ['busybox'] }), facts: reviews('bob') },
    ],
  },
  'first-timer': {
    fail: {
      unsponsored: { ...words, facts: (facts) => ({ ...facts, author: { id: 14, login: 'eve', mergedChanges: 0 }, reviews: [] }) },
      unknown: { ...words, facts: ({ author: _author, ...facts }) => facts },
    },
    pass: [
      { ...words, facts: (facts) => ({ ...facts, author: { id: 14, login: 'eve', mergedChanges: 1 }, reviews: [] }) },
      {
        ...words,
        facts: (facts) => ({
          ...facts,
          author: { id: 14, login: 'eve', mergedChanges: 0 },
          sponsor: { id: 13, login: 'sue', role: 'steward' },
          reviews: [],
        }),
      },
      { ...readme, facts: (facts) => ({ ...byEve('bob')(facts), author: { id: 14, login: 'eve', mergedChanges: 0 } }) },
    ],
  },
  'history-append': {
    fail: {
      rewritten: from(
        both('experimental') + history(step(undefined, 'experimental')),
        both('experimental') + history(step(undefined, 'experimental', 2)),
      ),
      untold: from(both('maintained'), both('fixes-only')),
      broken: from(both('maintained'), both('fixes-only') + history(step('experimental', 'fixes-only'))),
      'other-end': from(both('experimental'), both('experimental') + history(step('experimental', 'fixes-only'))),
    },
    pass: [
      newcomer(both('experimental') + history(step(undefined, 'experimental'))),
      from(
        both('experimental') + history(step(undefined, 'experimental')),
        both('fixes-only') + history(step(undefined, 'experimental'), step('experimental', 'fixes-only', 2)),
      ),
    ],
  },
};
