import { defaultLifecycle, defaultPolicy, type Finding, type ReviewReport } from '@moby/governor';
import { collectReview, type Change } from '@moby/governor/collect';
import { autoMerge, openChange, review, type ChangeSubject, type ReviewFacts, type ToAutoMerge } from '@moby/governor/review';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { library, toReview, type PullRequest } from './pull-request.ts';

const manifest = 'components/tini/0.19/package.json';
const json: object = { ...JSON.parse(library()[manifest] ?? ''), version: '0.19.2', description: 'Reaps what others leave behind' };
const update: PullRequest = { head: { [manifest]: `${JSON.stringify(json, undefined, 2)}\n` } };

/** All that a forge has to say. */
function wholeFacts(facts: ReviewFacts, base: string): ReviewFacts {
  return { ...facts, target: base, draft: false, hold: false, queue: true, checks: [{ name: 'ci', required: true, state: 'succeeded' }] };
}

const folder = temporaryFolder();
afterAll(() => removeFolder(folder));

let subject: ChangeSubject;
let report: ReviewReport;

beforeAll(async () => {
  const asked = toReview(folder, update);
  const collected = await collectReview({ ...asked, policyOf: () => defaultPolicy });
  const facts = wholeFacts(asked.facts ?? {}, collected.base.oid);
  subject = await openChange({ collected, lifecycle: defaultLifecycle, facts });
  report = await review({ ...asked, facts });
});

/** Conditions that aren't met, by the words that they begin with. */
function unmet(judged: Partial<ToAutoMerge> = {}): readonly string[] {
  const { verdict, findings, waived, bump } = report;
  return autoMerge({ subject, verdict, findings, waived, bump, ...judged }).flatMap(({ condition, met }) =>
    met ? [] : [condition.split(/,| that /)[0] ?? ''],
  );
}

const withFacts = (facts: Partial<ReviewFacts>): Partial<ToAutoMerge> => ({
  subject: { ...subject, facts: { ...subject.facts, ...facts } },
});
const without = (...names: readonly (keyof ReviewFacts)[]): Partial<ToAutoMerge> => ({
  subject: { ...subject, facts: Object.fromEntries(Object.entries(subject.facts).filter(([name]) => !names.some((one) => one === name))) },
});
const finding = (rule: string): Finding => ({
  rule,
  name: 'a-rule',
  clause: 'a-clause',
  severity: 'warning',
  component: 'tini',
  path: '',
  line: 1,
  column: 1,
  pointer: '',
  message: 'it is so',
  waivableBy: 'steward',
});
const objection = (state: 'changes-requested' | 'dismissed', id = 12): Partial<ReviewFacts> => ({
  reviews: [...(subject.facts.reviews ?? []), { id, login: 'bob', state, commit: '1'.repeat(40) }],
});

describe('a pull request may be merged without a person', () => {
  test('where all that was asked for is there', () => {
    expect(report.verdict).toBe('pass');
    expect(report.autoMerge.filter(({ met }) => !met)).toEqual([]);
    expect(unmet()).toEqual([]);
  });

  test('and not by what git alone knows', () => {
    const facts = {};
    expect(unmet({ subject: { ...subject, facts } })).toEqual([
      'everybody whose word is needed has approved of this head',
      'no maintainer and no steward asks for changes',
      'it is no draft',
      'who answers for what is touched has done so for 14 days or more',
      'at least one check is required',
      'the branch',
      'a queue merges it',
    ]);
  });

  test.each<[string, () => Partial<ToAutoMerge>, string]>([
    ['another verdict', () => ({ verdict: 'needs-review' }), 'the verdict is a pass'],
    [
      'something for a person',
      () => ({ findings: [{ ...finding('MOBY-P706'), severity: 'review' }] }),
      'nothing is left for a person to decide',
    ],
    [
      'a file beside components',
      () => ({ subject: { ...subject, touched: { ...subject.touched, elsewhere: ['docs/words.md'] } } }),
      'nothing is touched but components',
    ],
    [
      'an approval that is missing',
      () => ({ findings: [finding('MOBY-O403')] }),
      'everybody whose word is needed has approved of this head',
    ],
    [
      'an approval that was waived',
      () => ({ waived: [{ finding: finding('MOBY-O408'), by: 'steward', reason: 'it is urgent' }] }),
      'everybody whose word is needed has approved of this head',
    ],
    ['a pusher whom nobody knows', () => without('pusher'), 'everybody whose word is needed has approved of this head'],
    ['an old objection of a maintainer', () => withFacts(objection('changes-requested')), 'no maintainer and no steward asks for changes'],
    ['a draft', () => withFacts({ draft: true }), 'it is no draft'],
    ['a hold', () => withFacts({ hold: true }), 'it is no draft'],
    ['a hold that nobody knows of', () => without('hold'), 'it is no draft'],
    [
      'a maintainer since 13 days',
      () => withFacts({ components: { tini: { daysSinceOwnersChanged: 13 } } }),
      'who answers for what is touched has done so for 14 days or more',
    ],
    [
      'a break',
      () => ({
        bump: Object.fromEntries(Object.entries(report.bump).map(([name, own]) => [name, { ...own, required: 'major' as const }])),
      }),
      'no line changes by more than a minor version',
    ],
    ['a line that nobody has compared', () => ({ bump: {} }), 'no line changes by more than a minor version'],
    ['a critical component', () => ({ subject: { ...subject, critical: new Set(['tini']) } }), 'no component and no line is new or gone'],
    [
      'a new line',
      () => ({
        subject: { ...subject, components: subject.components.map((one) => ({ ...one, before: { files: [], lines: new Map() } })) },
      }),
      'no component and no line is new or gone',
    ],
    ['another OWNERS.yaml', () => ({ subject: { ...subject, files: new Map([['components/tini/OWNERS.yaml', {}]]) } }), 'owners'],
    ['more that it may do', () => ({ waived: [{ finding: finding('MOBY-P709'), by: 'steward', reason: 'it has to' }] }), 'owners'],
    [
      'no required check',
      () => withFacts({ checks: [{ name: 'ci', required: false, state: 'succeeded' }] }),
      'at least one check is required',
    ],
    [
      'a required check that was left out',
      () => withFacts({ checks: [...(subject.facts.checks ?? []), { name: 'boot', required: true, state: 'skipped' }] }),
      'at least one check is required',
    ],
    ['checks of another head', () => withFacts({ head: '1'.repeat(40) }), 'at least one check is required'],
    ['a base that has moved on', () => withFacts({ target: '1'.repeat(40) }), 'the branch'],
    ['no queue', () => withFacts({ queue: false }), 'a queue merges it'],
  ])('nor with %s', (_what, judged, condition) => {
    expect(unmet(judged())).toEqual([condition]);
  });

  test('also with the lock that a component moves, and not with a new one', () => {
    const path = 'assemblies/one/assembly.lock.json';
    const entry = { mode: '100644', oid: '1'.repeat(40) };
    const withLock = (change: Change): Partial<ToAutoMerge> => ({
      subject: {
        ...subject,
        touched: { ...subject.touched, elsewhere: [path] },
        diff: { ...subject.diff, changes: [...subject.diff.changes, change] },
      },
    });
    expect(unmet(withLock({ ...entry, status: 'modified', path, before: entry }))).toEqual([]);
    expect(unmet(withLock({ ...entry, status: 'added', path }))).toEqual(['nothing is touched but components']);
  });

  test('where an objection is dismissed, or is a stranger’s', () => {
    expect(unmet(withFacts(objection('changes-requested', 99)))).toEqual([]);
    expect(unmet({ subject: { ...subject, facts: { ...subject.facts, ...objection('dismissed') } } })).toEqual([]);
  });

  test('and never where its trees can’t be read', () => {
    const unreadable = autoMerge({ ...report, subject: { ...subject, isReadable: false, components: [] } });
    expect(unreadable.filter(({ met }) => !met).length).toBe(6);
  });
});
