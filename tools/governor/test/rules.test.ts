import { catalogue, judge, stockText, waitingRules, type Finding, type GovernanceRule, type Question } from '@moby/governor';
import { expectGolden } from '@moby/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { questionOf, type Change, type Fixture } from './fixture.ts';
import { stage1 } from './fixtures/stage-1.ts';
import { stage2 } from './fixtures/stage-2.ts';
import { stage3 } from './fixtures/stage-3.ts';
import { stage4 } from './fixtures/stage-4.ts';
import { stage5 } from './fixtures/stage-5.ts';
import { stage7 } from './fixtures/stage-7.ts';
import { stage8 } from './fixtures/stage-8.ts';
import { stage9 } from './fixtures/stage-9.ts';

const stages: Readonly<Record<string, Readonly<Record<string, Fixture>>>> = {
  'stage-1': stage1,
  'stage-2': stage2,
  'stage-3': stage3,
  'stage-4': stage4,
  'stage-5': stage5,
  'stage-7': stage7,
  'stage-8': stage8,
  'stage-9': stage9,
};
/** Those over one release; about the whole of a pull request see change-rules.test.ts. */
const releaseRules = catalogue.filter(({ clauses }) => clauses.length > 0);
const fixtures = new Map(Object.values(stages).flatMap((stage) => Object.entries(stage)));

const questions = new Map<Change, Promise<Question>>();

/** The question of a fixture, made once: some archives are large. */
function asked(change: Change): Promise<Question> {
  const question = questions.get(change) ?? questionOf(change);
  questions.set(change, question);
  return question;
}

function fixtureOf({ name }: GovernanceRule): Fixture {
  const fixture = fixtures.get(name);
  if (fixture === undefined) throw new Error(`the rule \`${name}\` has no fixture`);
  return fixture;
}

const clausesOf = (findings: readonly Finding[]): readonly string[] =>
  [...new Set(findings.map(({ name, clause }) => `${name}/${clause}`))].sort();

test('every rule has a fixture that fails for each clause, and one that passes', () => {
  expect([...fixtures.keys()].sort()).toEqual(releaseRules.map(({ name }) => name).sort());
  for (const rule of releaseRules) {
    expect(Object.keys(fixtureOf(rule).fail).sort(), rule.name).toEqual(rule.clauses.map(({ name }) => name).sort());
    expect(fixtureOf(rule).pass.length, rule.name).toBeGreaterThan(0);
  }
});

test('ids, names and clauses are told apart', () => {
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
  expect(catalogue.map(({ id }) => id.slice(-3))).toEqual(catalogue.map(({ id }) => id.slice(-3)).sort());
  for (const { id, name, clauses } of catalogue) {
    expect(id).toMatch(/^MOBY-[A-Z][0-9]{3}$/);
    expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
    expect(new Set(clauses.map((clause) => clause.name)).size).toBe(clauses.length);
  }
});

test('a number is judged or waits, and none is left out', () => {
  const waiting = waitingRules.flatMap(({ rules }) => Object.entries(rules));
  const all = [...catalogue.map(({ id, name }) => [id, name] as const), ...waiting].map(([id, name]) => ({ id, name }));
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const stage of new Set(all.map(({ id }) => id.slice(0, 7)))) {
    const numbers = all.filter(({ id }) => id.startsWith(stage)).map(({ id }) => Number(id.slice(7)));
    expect(
      numbers.sort((a, b) => a - b),
      stage,
    ).toEqual(numbers.map((_, index) => index + 1));
  }
});

describe.each(releaseRules)('$id $name', (rule) => {
  test.each(Object.entries(fixtureOf(rule).fail))('%s is found, and nothing else', async (clause, change) => {
    const report = await judge(await asked(change));
    expect(clausesOf(report.findings)).toEqual([...(change.also ?? []), `${rule.name}/${clause}`].sort());
  });

  test.each(fixtureOf(rule).pass.map((change) => [change]))('what is in order passes the whole catalogue', async (change) => {
    const report = await judge(await asked(change));
    expect(report).toMatchObject({ verdict: 'pass', findings: [], unjudged: [], passed: releaseRules.length });
  });
});

test.each(Object.entries(stages))('the words of %s', async (name, stage) => {
  const texts: string[] = [];
  for (const [rule, { fail }] of Object.entries(stage)) {
    for (const [clause, change] of Object.entries(fail)) {
      const report = await judge(await asked(change));
      const hints = report.findings
        .filter(({ severity }) => severity === 'hint')
        .map(({ rule: id, name: own, message, help }) => `${id} ${own}: ${message}; ${help}`);
      texts.push([`# ${rule}/${clause}: ${report.verdict}`, ...[stockText(report)].filter((text) => text !== ''), ...hints, ''].join('\n'));
    }
  }
  expectGolden(`${name}.txt`, texts.join('\n'));
});

describe('a catalogue that lacks something', () => {
  const counts = { rules: 0, clauses: 0 };

  test('without a rule, its fixtures go red', async () => {
    for (const rule of releaseRules) {
      const others = catalogue.filter((other) => other !== rule);
      for (const [clause, change] of Object.entries(fixtureOf(rule).fail)) {
        const report = await judge(await asked(change), others);
        expect(clausesOf(report.findings), `${rule.name}/${clause}`).not.toContain(`${rule.name}/${clause}`);
        // Where another rule's finding gave way to this one, that one speaks up: nothing slips through.
        if (report.findings.length === 0) continue;
        expect(report.findings.some(({ name }) => name !== rule.name)).toBe(true);
      }
      counts.rules += 1;
    }
  });

  test('without a clause, its fixture goes red', async () => {
    for (const rule of releaseRules) {
      for (const [clause, change] of Object.entries(fixtureOf(rule).fail)) {
        const lacking = { ...rule, clauses: rule.clauses.filter(({ name }) => name !== clause) };
        const report = await judge(
          await asked(change),
          catalogue.map((one) => (one === rule ? lacking : one)),
        );
        expect(clausesOf(report.findings), `${rule.name}/${clause}`).not.toEqual([...(change.also ?? []), `${rule.name}/${clause}`].sort());
        counts.clauses += 1;
      }
    }
  });

  afterAll(() => {
    console.log(`mutations seen: ${counts.rules} rules, ${counts.clauses} clauses`);
  });
});
