import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy, judge, readPolicy } from '@moby/governor';
import { checkout } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { questionOf } from './fixture.ts';

/** What is wrong with a policy, as `line:column message`. */
async function faultsOf(text: string): Promise<readonly string[]> {
  const { findings } = await readPolicy(text, 'policy.yaml');
  return findings.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`);
}

const waiver = (end: string, rule = 'MOBY-V506'): string =>
  `waivers:\n  - { rule: ${rule}, package: '@moby/redis', ${end}, by: steward, reason: we know }\n`;

describe('a policy', () => {
  test('that says nothing is the default', async () => {
    for (const text of ['', '# nothing yet\n', '{}\n'])
      expect(await readPolicy(text)).toEqual({ ok: true, value: defaultPolicy, findings: [] });
  });

  test('changes what it names, and nothing else', async () => {
    const text = 'suites: [trixie]\nlicenses: { packaging: [MIT] }\nchangeLimits: { paths: 9 }\nroles: { bot: [{ name: b, id: 7 }] }\n';
    expect(await readPolicy(text)).toMatchObject({
      ok: true,
      value: {
        ...defaultPolicy,
        suites: ['trixie'],
        licenses: { ...defaultPolicy.licenses, packaging: ['MIT'] },
        changeLimits: { ...defaultPolicy.changeLimits, paths: 9 },
        roles: { ...defaultPolicy.roles, bot: [{ name: 'b', id: 7 }] },
      },
    });
  });

  test.each([
    ['scopes: []\n', ['1:9 `scopes` must NOT have fewer than 1 items']],
    ['wavers: []\n', ['1:1 `wavers` is not a key of the document']],
    ['suites: [trixie]\nsuites: [sid]\n', ['2:1 this key stands here twice']],
    ['signature: sometimes\n', ['1:12 `signature` must be one of `required`, `optional`']],
    ['- scopes\n', ['1:1 the document must be a mapping, not a list']],
    ['suites: &s [sid]\n', ['1:12 this has an anchor of YAML; write it without']],
    ['suites: *s\n', ['1:9 this is an alias of YAML; write the value once more']],
    ['suites: !!set { sid }\n', ['1:15 this has a tag of YAML; write it without']],
    ['%YAML 1.1\n---\nscopes: [x]\n', ['1:1 a line begins with `%`, which is a directive of YAML; write plain values']],
    ['__proto__: { suites: [] }\n', ['1:1 `__proto__` is not a key of the document']],
    [waiver('version: 8.0'), ['2:57 `waivers[0].version` must be a text, not a number']],
    [waiver('dependents: []'), ['2:5 `waivers[0]` lacks `version`']],
    [waiver('version: 8.0.202', 'MOBY-V599'), ['2:13 `MOBY-V599` is the number of no rule']],
    [waiver('until: 2027-02-31'), ['2:55 `2027-02-31` is no day of the calendar']],
    [waiver('until: soon'), ['2:55 `waivers[0].until` must be a day, as 2027-01-31: ^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$']],
    [`batchGroups:\n${'  - { name: a, components: [b], reason: c }\n'.repeat(2)}`, ['3:13 there are two groups called `a`']],
    [`# ${'x'.repeat(70_000)}\n`, ['undefined:undefined `policy.yaml` has 70003 bytes; at most 65536 are read']],
  ])('%j is refused, and it says where', async (text, faults) => {
    expect(await faultsOf(text)).toEqual(faults);
  });

  test('may waive a rule that isn’t judged yet', async () => {
    expect((await readPolicy(waiver('until: 2027-01-31', 'MOBY-G008'))).ok).toBe(true);
  });
});

test('the policy of this library can be read, and says itself what the default says', async () => {
  const read = await readPolicy(readFileSync(join(checkout, 'docs/governance/policy.yaml'), 'utf8'));
  expect(read.findings).toEqual([]);
  if (!read.ok) return;
  const { criticalRoots, batchGroups, roles, ...rest } = read.value;
  const { criticalRoots: _roots, batchGroups: _groups, roles: _roles, ...byDefault } = defaultPolicy;
  expect(rest).toEqual(byDefault);
  expect(criticalRoots.length).toBeGreaterThan(0);
  expect(batchGroups.length).toBeGreaterThan(0);
  expect(roles.steward.length).toBeGreaterThan(0);
});

describe('a waiver with a last day', () => {
  const verdictOn = async (today: string | undefined, version?: string): Promise<string> => {
    const ended = { rule: 'MOBY-P706', package: '@moby/tini', until: '2027-01-31', by: 'owner' as const, reason: 'the mirror is away' };
    const question = await questionOf({
      payload: { kind: 'unproven', why: 'its packages were not at hand' },
      policy: { waivers: [version === undefined ? ended : { ...ended, version }] },
    });
    return (await judge({ ...question, ...(today === undefined ? {} : { today }) })).waived.length === 1 ? 'waived' : 'kept';
  };

  test('counts on that day and not after it, for every version that it doesn’t exclude', async () => {
    expect(await verdictOn('2027-01-31')).toBe('waived');
    expect(await verdictOn('2027-02-01')).toBe('kept');
    expect(await verdictOn('2026-12-01', '0.19.1')).toBe('waived');
    expect(await verdictOn('2026-12-01', '0.19.2')).toBe('kept');
  });

  test('doesn’t count where nobody knows the day', async () => {
    expect(await verdictOn(undefined)).toBe('kept');
  });
});
