import { catalogue, doorDecision, judge, type DoorDecision, type GovernanceRule } from '@moby/governor';
import { expect, test } from 'vitest';
import { questionOf, type Change } from './fixture.ts';

const decide = async (change: Change, rules: readonly GovernanceRule[] = catalogue): Promise<DoorDecision> => {
  const question = await questionOf(change);
  return doorDecision(await judge(question, rules), question.publisher);
};

const saying = (severity: GovernanceRule['severity'], waivableBy: GovernanceRule['waivableBy']): GovernanceRule => ({
  id: 'A1',
  name: 'a1',
  severity,
  waivableBy,
  why: '',
  examples: { fails: '', passes: '' },
  clauses: [{ name: 'found', when: '', find: () => [{ message: 'it is odd' }] }],
});

test('what is in order comes in', async () => {
  expect(await decide({})).toEqual({ accept: true, withholdLatest: false, findings: [] });
});

test('an unproven payload comes in, and doesn’t become `latest`', async () => {
  const unproven: Change = { payload: { kind: 'unproven', why: 'its packages were not at hand' } };
  expect(await decide(unproven)).toMatchObject({
    accept: true,
    withholdLatest: true,
    findings: [{ rule: 'MOBY-P706', severity: 'warning', message: 'the payload is unproven: its packages were not at hand' }],
  });
  const platform: Change = { payload: { kind: 'proven', payloads: {}, differing: [] } };
  expect(await decide(platform)).toMatchObject({ accept: true, withholdLatest: true });
  const waiver = { rule: 'MOBY-P706', package: '@moby/tini', version: '0.19.1', by: 'owner', reason: 'built by two' } as const;
  expect(await decide({ ...unproven, policy: { waivers: [waiver] } })).toEqual({ accept: true, withholdLatest: false, findings: [] });
});

test('whatever else is for a person to decide is refused, with the words of who may', async () => {
  expect(await decide({ names: { components: ['@moby/tinj'] } })).toMatchObject({
    accept: false,
    withholdLatest: false,
    findings: [
      {
        rule: 'MOBY-N304',
        severity: 'error',
        help: 'a steward decides whether both may be there; a steward may let it pass, by a waiver in the policy, or a steward by publishing it',
      },
    ],
  });
  const words = async (waivableBy: GovernanceRule['waivableBy']): Promise<string | undefined> =>
    (await decide({}, [saying('review', waivableBy)])).findings[0]?.help;
  expect(await words('owner')).toBe('an owner or a steward may let it pass, by a waiver in the policy, or a steward by publishing it');
  expect(await words('security-team')).toBe('the security team may let it pass, by a waiver in the policy');
  expect(await words('nobody')).toBe('a steward may let it pass, by a waiver in the policy, or a steward by publishing it');
});

test('a steward decides by publishing, and so does the bot for what was merged; an owner and the security team don’t', async () => {
  const accepts = async (role: NonNullable<Change['publisher']>['role'], waivableBy: GovernanceRule['waivableBy']): Promise<boolean> =>
    (await decide({ publisher: { id: 'ann', role } }, [saying('review', waivableBy)])).accept;
  const roles = ['contributor', 'maintainer', 'security-team', 'steward', 'bot'] as const;
  for (const waivableBy of ['owner', 'steward', 'nobody'] as const)
    expect(await Promise.all(roles.map((role) => accepts(role, waivableBy)))).toEqual([false, false, false, true, true]);
  expect(await Promise.all(roles.map((role) => accepts(role, 'security-team')))).toEqual(roles.map(() => false));
  expect(await decide({ publisher: { id: 'ann', role: 'steward' } }, [saying('review', 'steward')])).toMatchObject({
    accept: true,
    findings: [{ severity: 'warning' }],
  });
  expect((await decide({ publisher: { id: 'ann', role: 'steward' } }, [saying('error', 'steward')])).accept).toBe(false);
});

test('errors of the release and of the judging refuse, warnings are told, hints are not', async () => {
  const by = async (severity: GovernanceRule['severity']): Promise<readonly unknown[]> => {
    const { accept, findings } = await decide({}, [saying(severity, 'nobody')]);
    return [accept, ...findings.map((finding) => finding.severity)];
  };
  expect(await by('error')).toEqual([false, 'error']);
  expect(await by('tool-error')).toEqual([false, 'error']);
  expect(await by('warning')).toEqual([true, 'warning']);
  expect(await by('hint')).toEqual([true]);
});

test('what refuses comes first', async () => {
  const { findings } = await decide({}, [
    { ...saying('warning', 'nobody'), id: 'A1' },
    { ...saying('error', 'nobody'), id: 'A2' },
  ]);
  expect(findings.map(({ rule }) => rule)).toEqual(['A2', 'A1']);
});

test('what nobody could judge stays out', async () => {
  const blind: GovernanceRule = { ...saying('error', 'nobody'), clauses: [{ name: 'blind', when: '', find: () => undefined }] };
  expect(await decide({}, [blind])).toMatchObject({ accept: false, findings: [{ rule: 'A1', severity: 'error' }] });
  const unreadable = await decide({ text: () => '{' });
  expect(unreadable).toMatchObject({ accept: false });
  expect(unreadable.findings.map(({ rule }) => rule)).toEqual(['MOBY-S104']);
});

test('a finding as the door tells it is the report’s own, apart from its severity and help', async () => {
  const change: Change = { payload: { kind: 'unproven', why: 'x' }, json: (json) => (json.license = 'x'), publisher: undefined };
  const report = await judge(await questionOf(change));
  const told = doorDecision(report, undefined).findings.map(({ severity: _severity, help: _help, ...own }) => own);
  const said = report.findings.map(({ severity: _severity, help: _help, ...own }) => own);
  expect(told).toHaveLength(3);
  for (const one of told) expect(said).toContainEqual(one);
});
