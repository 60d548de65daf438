import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { brokenRules, exhaustiveAnswer } from '@moby/testkit';
import { explain, formatRootFact, parseUniverse, solve, type Answer } from '@moby/resolver';
import { describe, expect, test } from 'vitest';

/**
 * One runner for `scenarios/<topic>/<case>.json`: a small universe, what is expected, and why. Beside an unsolvable one
 * stands its explanation, `<case>.txt`.
 */
const folder = new URL('../scenarios/', import.meta.url);

describe.each(readdirSync(folder).toSorted())('%s', (topic) => {
  const cases = readdirSync(new URL(`${topic}/`, folder))
    .filter((file) => file.endsWith('.json'))
    .toSorted();

  test.each(cases.map((file) => [file.replace('.json', ''), file]))('%s', async (name, file) => {
    const text = readFileSync(new URL(`${topic}/${file}`, folder), 'utf8');
    const scenario: { readonly universe: unknown; readonly expect: object } = JSON.parse(text);
    const parsed = await parseUniverse({ file, text: JSON.stringify(scenario.universe) });
    expect(parsed.findings).toEqual([]);
    if (!parsed.ok) return;
    const { universe } = parsed.value;
    const answer = solve(universe);
    expect(summaryOf(answer, Object.keys(scenario.expect))).toEqual(scenario.expect);
    expect(exhaustiveAnswer(universe)?.versions).toEqual(answer.status === 'solved' ? answer.versions : undefined);
    if (answer.status === 'solved') expect(brokenRules(universe, answer.versions)).toEqual([]);
    if (answer.status === 'unsolvable')
      expectText(new URL(`${topic}/${name}.txt`, folder), `${explain(answer, { rootName: 'this-os' })}\n`);
  });
});

/** As `expectGolden`, beside the scenario. */
function expectText(golden: URL, text: string): void {
  if (process.env['UPDATE_GOLDENS'] === '1' && process.env['CI'] !== 'true') writeFileSync(golden, text);
  expect(existsSync(golden), `${golden.pathname} is missing: run \`npm run bless\` and look at it`).toBe(true);
  expect(text).toBe(readFileSync(golden, 'utf8'));
}

/** The answer, reduced to what a scenario speaks of. */
function summaryOf(answer: Answer, keys: readonly string[]): object {
  const whole: Readonly<Record<string, unknown>> = { ...answer, ...shortened(answer) };
  return Object.fromEntries(keys.map((key) => [key, whole[key]]));
}

function shortened(answer: Answer): object {
  switch (answer.status) {
    case 'solved':
      return { dropped: answer.dropped.map(({ from, need, range }) => `${from} ${need}@${range}`) };
    case 'unsolvable':
      return {
        relax: answer.relax.map((facts) => facts.map(formatRootFact)),
        loosenings: Object.fromEntries(answer.loosenings.map(({ fact, range }) => [formatRootFact(fact), range])),
      };
    case 'gave-up':
      return {};
  }
}
