import { join } from 'node:path';
import { catalogue, renderReview, type Finding, type GovernanceRule, type ReviewReport } from '@moby/governor';
import { judgeChange, review, type ToReview } from '@moby/governor/review';
import { expectGolden, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { openReview } from '../src/review/review.ts';
import { stage0 } from './changes/stage-0.ts';
import { stage1 } from './changes/stage-1.ts';
import { stage2 } from './changes/stage-2.ts';
import { stage4 } from './changes/stage-4.ts';
import { stage6 } from './changes/stage-6.ts';
import { stage7 } from './changes/stage-7.ts';
import { stage8 } from './changes/stage-8.ts';
import { stage9 } from './changes/stage-9.ts';
import { toReview, type ChangeFixture, type PullRequest } from './pull-request.ts';

const stages: Readonly<Record<string, Readonly<Record<string, ChangeFixture>>>> = {
  'stage-0': stage0,
  'stage-1': stage1,
  'stage-2': stage2,
  'stage-4': stage4,
  'stage-6': stage6,
  'stage-7': stage7,
  'stage-8': stage8,
  'stage-9': stage9,
};
const fixtures = new Map(Object.values(stages).flatMap((stage) => Object.entries(stage)));
const rules = catalogue.filter(({ change }) => change !== undefined);

const folder = temporaryFolder();
afterAll(() => removeFolder(folder));
const repositories = new Map<PullRequest, ToReview>();
const reports = new Map<PullRequest, Promise<ReviewReport>>();

/** The repository of a fixture is made once. */
function askedFor(request: PullRequest): ToReview {
  const asked = repositories.get(request) ?? toReview(join(folder, String(repositories.size)), request);
  repositories.set(request, asked);
  return asked;
}

/** By the whole catalogue; once, since some take long to read. */
function reportOf(request: PullRequest): Promise<ReviewReport> {
  const report = reports.get(request) ?? review(askedFor(request));
  reports.set(request, report);
  return report;
}

function fixtureOf({ name }: GovernanceRule): ChangeFixture {
  const fixture = fixtures.get(name);
  if (fixture === undefined) throw new Error(`the rule \`${name}\` has no pull request in test/changes`);
  return fixture;
}

const clausesOf = (findings: readonly Finding[]): readonly string[] =>
  [...new Set(findings.map(({ name, clause }) => `${name}/${clause}`))].sort();

test('every rule about the whole of a pull request has one that fails for each clause, and one that passes', () => {
  expect([...fixtures.keys()].sort()).toEqual(rules.map(({ name }) => name).sort());
  for (const rule of rules) {
    expect(Object.keys(fixtureOf(rule).fail).sort(), rule.name).toEqual((rule.change ?? []).map(({ name }) => name).sort());
    expect(fixtureOf(rule).pass.length, rule.name).toBeGreaterThan(0);
    const names = [...rule.clauses, ...(rule.change ?? [])].map(({ name }) => name);
    expect(new Set(names).size, rule.name).toBe(names.length);
  }
});

describe.each(rules)('$id $name', (rule) => {
  test.each(Object.entries(fixtureOf(rule).fail))('%s is found, and nothing else', async (clause, request) => {
    const { findings } = await reportOf(request);
    expect(clausesOf(findings)).toEqual([...(request.also ?? []), `${rule.name}/${clause}`].sort());
  });

  test.each(fixtureOf(rule).pass.map((request) => [request]))('what is in order passes the whole catalogue', async (request) => {
    const { verdict, findings, unjudged } = await reportOf(request);
    expect({ verdict, findings, unjudged }).toEqual({ verdict: 'pass', findings: [], unjudged: [] });
  });
});

/** Without what has nothing to do with its findings: how many other rules there are, what else a merge waits for, and which oids follow from the library. */
function wordsOf(report: ReviewReport): string {
  const text = renderReview({ ...report, autoMerge: [] }, { format: 'text', rules: catalogue, stopToken: 'none' });
  return text.replace(/\d+ rules? passed/, 'N rules passed').replaceAll(/\b[0-9a-f]{10}\b/g, 'OID');
}

test.each(Object.entries(stages))('the words of %s about the whole of a pull request', async (name, stage) => {
  const texts: string[] = [];
  for (const [rule, { fail }] of Object.entries(stage))
    for (const [clause, request] of Object.entries(fail)) texts.push(`# ${rule}/${clause}`, wordsOf(await reportOf(request)));
  expectGolden(`change-${name}.txt`, texts.join('\n'));
});

describe('a catalogue that lacks something', () => {
  const counts = { rules: 0, clauses: 0 };

  test('without a clause about the whole, or the rule, its pull request goes red', async () => {
    for (const rule of rules) {
      for (const [clause, request] of Object.entries(fixtureOf(rule).fail)) {
        const { subject } = await openReview(askedFor(request));
        expect(clausesOf(judgeChange(subject).findings)).toContain(`${rule.name}/${clause}`);
        const lacking = { ...rule, change: (rule.change ?? []).filter(({ name }) => name !== clause) };
        const others = catalogue.map((one) => (one === rule ? lacking : one));
        const { findings } = judgeChange(subject, others);
        expect(clausesOf(findings), rule.name).not.toContain(`${rule.name}/${clause}`);
        counts.clauses += 1;
      }
      counts.rules += 1;
    }
  });

  afterAll(() => {
    console.log(`mutations seen in pull requests: ${counts.rules} rules, ${counts.clauses} clauses`);
  });
});
