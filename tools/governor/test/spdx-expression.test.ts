import { expect, test } from 'vitest';
import { judge } from '../src/judge/judge.ts';
import { defaultPolicy } from '../src/judge/policy.ts';
import { maxSpdxDepth, parseSpdxExpression } from '../src/rules/spdx-expression.ts';
import { questionOf } from './fixture.ts';

const known = { licenses: defaultPolicy.licenses.payload, exceptions: defaultPolicy.licenses.exceptions };
const nested = (depth: number): string => `${'('.repeat(depth)}MIT${')'.repeat(depth)}`;

test('brackets within each other are read up to a bound, and beyond it the text is no expression', () => {
  expect(parseSpdxExpression(nested(maxSpdxDepth), known)).toEqual({ kind: 'license', license: 'MIT' });
  for (const text of [nested(maxSpdxDepth + 1), nested(100_000), '('.repeat(1_000_000), 'MIT AND ('.repeat(200_000)])
    expect(parseSpdxExpression(text, known)).toBeUndefined();
});

test('brackets beside each other have no bound of their own', () => {
  const parts = Array.from({ length: 200 }, () => '(MIT OR ISC)');
  expect(parseSpdxExpression(parts.join(' AND '), known)).toMatchObject({ kind: 'and', parts: { length: 200 } });
});

test('a release whose licence has too many is told so', async () => {
  const { findings } = await judge(await questionOf({ json: (json) => (json.license = nested(50_000)) }));
  expect(findings.filter(({ name }) => name === 'licence').map(({ clause, help }) => [clause, help])).toEqual([
    ['packaging-expression', 'write it with fewer brackets: at most 50 stand within each other'],
  ]);
});
