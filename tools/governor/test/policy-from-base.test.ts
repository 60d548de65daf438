import { join } from 'node:path';
import type { Finding } from '@moby/governor';
import { review } from '@moby/governor/review';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { library, toReview, withoutSteward, type Files, type PullRequest } from './pull-request.ts';

const folder = temporaryFolder();
afterAll(() => removeFolder(folder));
let repositories = 0;

const package0 = 'components/tini/0.19/package.json';

/** A pull request in which several rules find something: another description under the same version, and a leftover. */
const faulty: Files = {
  [package0]: (library()[package0] ?? '').replace(/"description": "[^"]*"/, '"description": "A first process"'),
  'components/tini/0.19/core.dump': 'x',
};

/** What a head could write so that it would be let through. */
const lenient: Files = {
  'docs/governance/policy.yaml': [
    'sensitivePaths: []',
    'popularNames: []',
    'waivers:',
    ...['MOBY-G008', 'MOBY-G009', 'MOBY-S106', 'MOBY-S107'].map(
      (rule) => `  - { rule: ${rule}, package: '@moby/tini', until: '2099-01-01', by: steward, reason: mine }`,
    ),
    '',
  ].join('\n'),
  'schemas/component.v1.schema.json': '{"not": {}}\n',
};

async function findingsOf(request: PullRequest): Promise<readonly Finding[]> {
  repositories += 1;
  const { findings } = await review(toReview(join(folder, String(repositories)), { today: '2026-11-29', ...withoutSteward(request) }));
  return findings;
}

const without = (findings: readonly Finding[], ...rules: readonly string[]): readonly Finding[] =>
  findings.filter(({ rule }) => !rules.includes(rule));

describe('what a head makes of the policy and the schemas', () => {
  let plain: readonly Finding[] = [];
  beforeAll(async () => {
    plain = await findingsOf({ head: faulty });
  });

  test('changes nothing but that a steward has to look, and that it isn’t brought with a component', async () => {
    const strict = { 'docs/governance/policy.yaml': 'changeLimits: { paths: 1 }\n' };
    expect(plain.map(({ rule }) => rule)).toEqual(['MOBY-S106', 'MOBY-S107', 'MOBY-V503']);
    const own = ['MOBY-G008', 'MOBY-G009'];
    // Waivers for what they are brought with are a finding more.
    for (const [words, more] of [
      [lenient, [...own, 'MOBY-O406']],
      [strict, own],
    ] as const) {
      const changed = await findingsOf({ head: { ...faulty, ...words } });
      expect([...new Set(changed.map(({ rule }) => rule))].filter((rule) => !plain.some((one) => one.rule === rule))).toEqual(more);
      expect(without(changed, ...more)).toEqual(plain);
    }
  });

  test('counts once it is merged', async () => {
    const rules = (findings: readonly Finding[]): readonly string[] => findings.map(({ rule }) => rule);
    expect(rules(await findingsOf({ base: lenient, head: faulty }))).toEqual(['MOBY-V503']);
    expect(rules(await findingsOf({ base: { 'docs/governance/policy.yaml': 'changeLimits: { paths: 1 }\n' }, head: faulty }))).toEqual([
      'MOBY-G003',
    ]);
  });

  test('is found to be wrong where it is, and still counts for nothing', async () => {
    const broken = { 'docs/governance/policy.yaml': 'a: &a [', 'docs/governance/lifecycle.yaml': 'states: none\n' };
    const changed = await findingsOf({ head: { ...faulty, ...broken } });
    expect(without(changed, 'MOBY-G008', 'MOBY-G009', 'MOBY-S105', 'MOBY-M201')).toEqual(plain);
    expect(changed.map(({ rule, path }) => `${rule} ${path}`)).toEqual(
      expect.arrayContaining(['MOBY-S105 docs/governance/policy.yaml', 'MOBY-M201 docs/governance/lifecycle.yaml']),
    );
  });
});
