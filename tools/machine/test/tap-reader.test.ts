import { makeTapReader, maxTapLineLength, maxTapPoints, type TapPoint, type TapSummary } from '../src/tap-reader.ts';
import { describe, expect, test } from 'vitest';

function read(text: string, pieceLength = 7): { readonly points: readonly TapPoint[]; readonly summary: TapSummary } {
  const points: TapPoint[] = [];
  const reader = makeTapReader((point) => points.push(point));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceLength) reader.write(bytes.subarray(at, at + pieceLength));
  return { summary: reader.end(), points };
}

const report = `said before the report
ok 9 - this is no point
TAP version 13
# Subtest: plain
ok 1 - plain
  ---
  duration_ms: 1.6
  type: 'test'
  ...
# Subtest: engine
    # Subtest: healthy \\# really
    ok 1 - healthy \\# really
      ---
      duration_ms: 0.4
      type: 'test'
      ...
    # Subtest: equal
    not ok 2 - equal
      ---
      duration_ms: 2.5
      type: 'test'
      failureType: 'testCodeFailure'
      error: |-
        Expected values to be strictly equal:
        
        1 !== 2
      code: 'ERR_ASSERTION'
      stack: |-
        at somewhere
      ...
    # Subtest: later
    ok 3 - later # SKIP no network
      ---
      duration_ms: 0.1
      type: 'test'
      ...
    1..3
not ok 2 - engine
  ---
  duration_ms: 6
  type: 'suite'
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
1..2
# tests 4
`;

describe('a report of node:test', () => {
  test('tells of a point when its block ends, before anything comes after it', () => {
    const points: string[] = [];
    const reader = makeTapReader(({ name }) => points.push(name));
    reader.write(Buffer.from(report.slice(0, report.indexOf('# Subtest: engine'))));
    expect(points).toEqual(['plain']);
  });

  test('is read as its tests, with the suites that they lie in and why they failed', () => {
    expect(read(report)).toEqual({
      points: [
        { name: 'plain', outcome: 'passed', ms: 2 },
        { name: 'engine › healthy # really', outcome: 'passed', ms: 0 },
        { name: 'engine › equal', outcome: 'failed', ms: 3, problem: 'Expected values to be strictly equal:\n\n1 !== 2' },
        { name: 'engine › later', outcome: 'skipped', ms: 0, problem: 'skipped: no network' },
      ],
      summary: { points: 4, failed: 1, isPlanned: true, isComplete: true },
    });
  });

  test('is the same in whatever pieces it comes', () => {
    for (const length of [1, 2, 64, 10_000]) expect(read(report, length)).toEqual(read(report));
  });

  test('has no plan where it was cut', () => {
    for (let length = 0; length < report.indexOf('\n1..2'); length += 13)
      expect(read(report.slice(0, length)).summary.isPlanned, String(length)).toBe(false);
  });

  test('is not complete where its plan speaks of more', () => {
    expect(read(report.replace('\n1..2\n', '\n1..3\n')).summary).toMatchObject({ isPlanned: true, isComplete: false });
  });

  test('is bounded in points and in the length of a line', () => {
    const many = `TAP version 13\n${'ok 1 - x\n'.repeat(maxTapPoints + 1)}`;
    expect(read(many, 1 << 16).summary).toMatchObject({ points: maxTapPoints, limit: `over ${maxTapPoints} points` });
    const long = `TAP version 13\nok 1 - ${'x'.repeat(2 * maxTapLineLength)}`;
    expect(read(long, 1 << 14).summary.limit).toBe(`a line of over ${maxTapLineLength} characters`);
  });
});
