import { expect, test } from 'vitest';
import { defaultLifecycle, readOwners, waysFrom, withState, type HistoryEntry } from '../src/index.ts';

const entry: HistoryEntry = {
  from: 'maintained',
  to: 'deprecated',
  change: 512,
  actor: 4711,
  date: '2026-12-01',
  reason: 'nobody: uses it',
};

const plain = `# Who answers for it.
lifecycle: maintained   # since the beginning

maintainers:
- name: Ada   # not indented, and stays so
  id: 7

`;

const told = `lifecycle: 'maintained'
maintainers: [{ name: Ada }]
history:
    # The first.
    - to: experimental
      change: 1
      actor: ada
      date: 2026-01-01
    - from: experimental
      to: maintained
      change: 2
      actor: ada
      date: 2026-06-01   # a Monday
      reason: |
        it is used
successor: other
`;

test.each([
  [
    'plain',
    plain,
    `# Who answers for it.
lifecycle: deprecated   # since the beginning
successor: valkey

maintainers:
- name: Ada   # not indented, and stays so
  id: 7
history:
  - from: maintained
    to: deprecated
    change: 512
    actor: 4711
    date: 2026-12-01
    reason: "nobody: uses it"
`,
  ],
  [
    'with a history',
    told,
    told
      .replace("'maintained'", 'deprecated')
      .replace('successor: other', 'successor: valkey')
      .replace(
        '        it is used\n',
        `        it is used
    - from: maintained
      to: deprecated
      change: 512
      actor: 4711
      date: 2026-12-01
      reason: "nobody: uses it"
`,
      ),
  ],
])('a file that is %s keeps everything else byte for byte', async (_, text, expected) => {
  const next = await withState({ text, entry, successor: 'valkey' });
  expect(next).toBe(expected);
  const read = await readOwners(next, 'OWNERS.yaml');
  expect(read.ok && [read.value.lifecycle, read.value.history?.at(-1)]).toEqual(['deprecated', entry]);
});

test.each([
  ['in braces', '{ lifecycle: maintained, maintainers: [{ name: Ada }] } # mine\n'],
  ['with an empty history', 'lifecycle: maintained # mine\nmaintainers:\n  - name: Ada\nhistory: []\n'],
  ['without a last line break', 'lifecycle: maintained # mine\nmaintainers:\n  - name: Ada'],
])('a file %s says the same afterwards, and keeps its comment', async (_, text) => {
  const next = await withState({ text, entry });
  const read = await readOwners(next, 'OWNERS.yaml');
  expect(read.ok && [read.value.lifecycle, read.value.history]).toEqual(['deprecated', [entry]]);
  expect(next).toContain('# mine');
});

test('the ways out of a state say whose word they need, and from quarantine one leads back', () => {
  const ways = (from: string, previous?: string): readonly string[] =>
    waysFrom(defaultLifecycle, from, previous).map(({ to, people, conditions }) => [to, ...people, ...conditions].join('; '));
  expect(ways('deprecated')).toEqual([
    'orphaned; a maintainer',
    'orphaned; a bot; a steward; 7 days since the first question; 90 days without anything done; two questions a week apart were not answered',
    'retired; a maintainer; 90 days in this state, 180 where something depends on it',
    'retired; a steward; 90 days in this state, 180 where something depends on it',
    'quarantined; one of the security team; a signed statement says why',
  ]);
  expect(ways('quarantined', 'deprecated')).toEqual([
    'deprecated; 2 of the security team; a steward; a version without the fault is published, or the name is given up',
    'retired; 2 of the security team; a steward',
  ]);
  expect(ways('quarantined')).toEqual(['retired; 2 of the security team; a steward']);
});
