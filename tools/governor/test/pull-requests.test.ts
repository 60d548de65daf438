import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue, renderReview, type Finding, type ReviewReport } from '@moby/governor';
import { review } from '@moby/governor/review';
import { documentFindings, expectGolden, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawRepository } from './collect/raw-repository.ts';
import { openPullRequest } from './whole/open-pull-request.ts';
import { pullRequests, readForge, readPeople, readPullRequest } from './whole/pull-request-file.ts';
import { openLibrary } from './whole/template.ts';
import type { World } from './whole/world.ts';

const folder = temporaryFolder();
afterAll(() => removeFolder(folder));
const names = readdirSync(pullRequests).filter((name) => /^\d\d-/.test(name));

let world: World;
beforeAll(async () => {
  world = { repository: rawRepository(folder), library: await openLibrary(), people: await readPeople(), forge: await readForge() };
});

test.each(names)('%s', async (name) => {
  const request = await readPullRequest(name);
  const report = await review(await openPullRequest(name, request, world));
  expect(documentFindings('review-report', JSON.parse(JSON.stringify(report)))).toEqual([]);
  expectGolden(join('..', 'pull-requests', name, 'report.txt'), toldOf(report));
  const { verdict, findings = [], waived = [], unjudged = false } = request;
  expect({
    verdict: report.verdict,
    findings: namesOf(report.findings),
    waived: namesOf(report.waived.map(({ finding }) => finding)),
    unjudged: report.unjudged.length > 0,
  }).toEqual({ verdict, findings, waived, unjudged });
});

test('there are forty of them, and more than ten pass', async () => {
  const passing = [];
  for (const name of names) if ((await readPullRequest(name)).verdict === 'pass') passing.push(name);
  expect(names.length).toBeGreaterThanOrEqual(40);
  expect(passing.length).toBeGreaterThanOrEqual(10);
});

/** How many rules there are is no matter of a pull request. */
function toldOf(report: ReviewReport): string {
  return renderReview(report, { format: 'text', rules: catalogue, stopToken: 'none' }).replace(/\d+ rules passed/, 'N rules passed');
}

function namesOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ rule, name, clause }) => `${rule.replace('MOBY-', '')} ${name}/${clause}`))].sort();
}
