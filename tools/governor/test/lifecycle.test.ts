import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultLifecycle, readLifecycle, transitionOf, type TransitionAnswer, type TransitionFacts } from '@moby/governor';
import { checkout } from '@moby/testkit';
import { describe, expect, test } from 'vitest';

const text = readFileSync(join(checkout, 'docs/governance/lifecycle.yaml'), 'utf8');
const may = (from: string, to: string, facts: TransitionFacts = {}): TransitionAnswer =>
  transitionOf(defaultLifecycle, { from, to }, facts);
const agree = (...all: readonly string[]): NonNullable<TransitionFacts['approvals']> =>
  all.map((one) => {
    const [person = '', role] = one.split(':');
    const known = (['maintainer', 'adopter', 'reviewer', 'steward', 'security-team', 'bot'] as const).find((name) => name === role);
    if (known === undefined) throw new Error(`${one} has no role`);
    return { person, role: known };
  });

describe('the life cycle', () => {
  test('of this library is the one that holds without one', async () => {
    expect(await readLifecycle(text)).toEqual({ ok: true, value: defaultLifecycle, findings: [] });
  });

  test('has the states that OWNERS.yaml may say', () => {
    const schema = JSON.parse(readFileSync(join(checkout, 'schemas/owners.v1.schema.json'), 'utf8'));
    expect(defaultLifecycle.states.map(({ name }) => name)).toEqual(schema.$defs.state.enum);
  });

  test('lets every state but quarantine be reached, and left again', () => {
    const ways = defaultLifecycle.transitions;
    for (const { name } of defaultLifecycle.states) {
      expect(
        ways.some(({ from }) => from.includes(name)),
        name,
      ).toBe(true);
      expect(name === 'proposed' || ways.some(({ to }) => to === name), name).toBe(true);
    }
  });

  test.each([
    ['to: maintained', 'to: kept', ['`kept` is none of the states']],
    ['from: [proposed]', 'from: [thought-of]', ['`thought-of` is none of the states']],
    ['- name: orphaned', '- name: retired', ['there are two states called `retired`', '`orphaned` is none of the states']],
    ['- name: orphaned', '- name: previous', ['`previous` means the state before, and is none itself', '`orphaned` is none of the states']],
    ['atLeast: 60', '', ['this says no number of days: `atLeast` or `atMost`']],
    ['role: adopter', 'role: king', ['must be one of `maintainer`, `adopter`']],
  ])('in which `%s` is `%s` is refused', async (was, is, faults) => {
    const { ok, findings } = await readLifecycle(text.replace(was, is));
    expect(ok).toBe(false);
    for (const fault of faults) {
      const found = findings.find(({ message }) => message.includes(fault));
      expect(found?.place?.line, fault).toBeGreaterThan(8);
    }
  });
});

describe('a change of state', () => {
  test('that the life cycle doesn’t have is none, and the ways that there are are told', () => {
    expect(may('retired', 'maintained')).toEqual({ kind: 'no-such-way', ways: ['experimental', 'quarantined'] });
    expect(may('maintained', 'maintained').kind).toBe('no-such-way');
    expect(may('lost', 'maintained')).toEqual({ kind: 'no-such-way', ways: [] });
  });

  test('waits for those who decide, and for what it asks for', () => {
    expect(may('proposed', 'experimental')).toEqual({
      kind: 'waits',
      ways: [
        {
          people: [
            { role: 'reviewer', count: 1 },
            { role: 'steward', count: 1 },
          ],
          conditions: ['every rule that can be judged passes', 'a steward has agreed to the name'],
        },
      ],
    });
    const shown = ['rules-pass', 'name-approved'] as const;
    expect(may('proposed', 'experimental', { shown, approvals: agree('ann:reviewer', 'sue:steward') })).toEqual({ kind: 'open' });
  });

  test('by two roles takes two people', () => {
    const facts = { shown: ['rules-pass', 'name-approved'] as const };
    expect(may('proposed', 'experimental', { ...facts, approvals: agree('sue:reviewer', 'sue:steward') })).toEqual({
      kind: 'waits',
      ways: [{ people: [{ role: 'steward', count: 1 }], conditions: [] }],
    });
    expect(may('proposed', 'experimental', { ...facts, approvals: agree('sue:reviewer', 'sue:steward', 'ann:reviewer') }).kind).toBe(
      'open',
    );
  });

  test('by a share of the stewards counts all of them', () => {
    const ready = { days: { announcement: 14, state: 90 }, shown: ['criteria-met'] as const };
    const three = agree('a:steward', 'b:steward', 'c:steward');
    expect(may('experimental', 'maintained', { ...ready, approvals: three, holders: { steward: 4 } }).kind).toBe('open');
    expect(may('experimental', 'maintained', { ...ready, approvals: three, holders: { steward: 5 } })).toMatchObject({
      ways: [{ people: [{ role: 'steward', count: 1 }] }],
    });
    expect(may('experimental', 'maintained', { ...ready, approvals: three })).toMatchObject({
      ways: [{ people: [], conditions: ['2 of 3 of all who are `steward`, and nobody knows how many they are'] }],
    });
  });

  test('takes its time, and longer where something depends on the component', () => {
    const by = { approvals: agree('ann:maintainer') };
    const after = (state: number, hasDependents?: boolean): string =>
      may('deprecated', 'retired', { ...by, days: { state }, ...(hasDependents === undefined ? {} : { hasDependents }) }).kind;
    expect([after(90, false), after(89, false), after(180, true), after(179, true)]).toEqual(['open', 'waits', 'open', 'waits']);
    // What nobody knows is not taken for good.
    expect(after(179)).toBe('waits');
    expect(may('deprecated', 'retired', by)).toMatchObject({
      ways: [{ conditions: ['180 days in this state, and nobody knows how many it were'] }, {}],
    });
  });

  test('is open where one of several ways is', () => {
    expect(may('maintained', 'orphaned', { approvals: agree('ann:maintainer') }).kind).toBe('open');
    const unanswered = { approvals: agree('robot:bot', 'sue:steward'), days: { 'first-ping': 7, 'last-activity': 90 } };
    expect(may('maintained', 'orphaned', unanswered)).toMatchObject({ kind: 'waits', ways: [{}, { people: [] }] });
    expect(may('maintained', 'orphaned', { ...unanswered, shown: ['pings-unanswered'] }).kind).toBe('open');
  });

  test('soon after it was given up takes less than later', () => {
    const by = { approvals: agree('bob:adopter', 'sue:steward') };
    expect(may('retired', 'experimental', { ...by, days: { state: 56 } }).kind).toBe('open');
    expect(may('retired', 'experimental', { ...by, days: { state: 57 } }).kind).toBe('waits');
    expect(may('retired', 'experimental', { ...by, days: { state: 57 }, shown: ['reviewed-as-new'] }).kind).toBe('open');
  });

  test('into quarantine takes one word at once, and out of it three', () => {
    expect(may('maintained', 'quarantined', { approvals: agree('z:security-team'), shown: ['statement-signed'] })).toEqual({
      kind: 'open',
      followUp: 'a second of the security team confirms it within 24 hours',
    });
    const out = { approvals: agree('z:security-team', 'y:security-team', 'sue:steward'), shown: ['clean-version'] as const };
    expect(may('quarantined', 'fixes-only', { ...out, previous: 'fixes-only' }).kind).toBe('open');
    expect(may('quarantined', 'maintained', { ...out, previous: 'fixes-only' }).kind).toBe('no-such-way');
    expect(may('quarantined', 'maintained', out).kind).toBe('no-such-way');
  });
});
