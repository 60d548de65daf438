import {
  bothRanges,
  compareVersions,
  fromNpmVersion,
  isInLine,
  makeVersion,
  mapUpstream,
  parseRange,
  parseVersion,
  satisfies,
  toNpmVersion,
  type Range,
  type Version,
} from '@moby/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

function version(text: string): Version {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(`not a version: ${text}`);
  return parsed;
}

function range(text: string): Range {
  const parsed = parseRange(text);
  if (parsed === undefined) throw new Error(`not a range: ${text}`);
  return parsed;
}

describe('versions', () => {
  test.each([
    ['8.0.2+r3', '8.0.203'],
    ['8.0.0+r99', '8.0.99'],
    ['6.12.117+r1', '6.12.11701'],
    ['8.1.0-rc1+r2', '8.1.0-rc1.r2'],
  ])('%s is %s for npm, and back', (people, npm) => {
    expect(toNpmVersion(version(people))).toBe(npm);
    expect(fromNpmVersion(npm)).toBe(people);
  });

  test('npm’s form and people’s form are each other’s inverse', () => {
    const numbers = fc.tuple(fc.nat(2000), fc.nat(2000), fc.nat(90_000), fc.integer({ min: 1, max: 99 }), fc.boolean());
    fc.assert(
      fc.property(numbers, ([major, minor, patch, revision, pre]) => {
        const made = makeVersion(`${major}.${minor}.${patch}${pre ? '-rc.1' : ''}`, revision);
        expect(fromNpmVersion(toNpmVersion(made))).toBe(made);
      }),
    );
  });

  test('order by upstream first and by the revision as a number then', () => {
    const sorted = ['8.0.2+r10', '8.0.3+r1', '8.0.2+r9', '8.0.2-rc1+r4'].map(version).sort(compareVersions);
    expect(sorted).toEqual(['8.0.2-rc1+r4', '8.0.2+r9', '8.0.2+r10', '8.0.3+r1']);
  });

  test.each(['8.0', 'v8.0.2', '8.0.2+r0', '8.0.2+r100', '8.0.2+x', '', 'latest'])('%j is no version', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });

  test.each(['8.0.200', '8.0.2-rc1', '8.0'])('npm’s %j carries no revision', (text) => {
    expect(fromNpmVersion(text)).toBeUndefined();
  });

  test('a line holds its own versions only', () => {
    expect(isInLine(version('1.7.24+r1'), '1.7')).toBe(true);
    expect(isInLine(version('1.70.2+r1'), '1.7')).toBe(false);
    expect(isInLine(version('8.0.2+r1'), '8')).toBe(true);
    expect(isInLine(version('6.12.107+r2'), '6.12.107')).toBe(true);
  });
});

describe('ranges', () => {
  test.each([
    ['8.0.2+r3', '^8', true],
    ['8.0.2+r3', '8.0.2+r3', true],
    ['8.0.2+r4', '8.0.2+r3', false],
    ['8.0.2+r4', '8.0.2', true],
    ['1.7.24+r1', '>=1.7.29', false],
    ['8.1.0-rc1+r1', '^8.0.0', false],
    ['8.1.0-rc1+r1', '^8.1.0-rc0', true],
  ])('%s in %s: %s', (text, wanted, admitted) => {
    expect(satisfies(version(text), range(wanted))).toBe(admitted);
  });

  test('of two wishes admit what both admit', () => {
    const both = bothRanges(range('^7 || ^8'), range('>=7.2 <8.1'));
    expect(satisfies(version('7.0.1'), both)).toBe(false);
    expect(satisfies(version('7.2.0'), both)).toBe(true);
    expect(satisfies(version('8.0.9'), both)).toBe(true);
    expect(satisfies(version('8.1.0'), both)).toBe(false);
  });
});

describe('upstream’s version', () => {
  test.each([
    ['2025.88', 'dotted', '2025.88.0'],
    ['2.41', 'dotted', '2.41.0'],
    ['257.9', 'dotted', '257.9.0'],
    ['7.0.15', 'dotted', '7.0.15'],
    ['1.3.1.2', 'dotted', '1.3.1'],
    ['12', 'dotted', '12.0.0'],
    ['10.0p2', 'patch-letter', '10.0.2'],
    ['3.0pl1', 'patch-letter', '3.0.1'],
    ['7.6.q', 'patch-letter', '7.6.17'],
    ['2025b', 'year-letter', '2025.2.0'],
    ['3.1-20221030', 'dated', '3.1.20221030'],
    ['6.5+20250216', 'dated', '6.5.20250216'],
    ['2.4+20151223.gitfa8646d.1', 'dated', '2.4.20151223'],
    ['0.00', 'dotted', '0.0.0'],
  ] as const)('%s read as %s is %s', (text, mapping, semver) => {
    expect(mapUpstream(text, mapping)).toBe(semver);
  });

  test.each([
    ['10.0p2', 'dotted'],
    ['2025b', 'dotted'],
    ['1.2', 'year-letter'],
    ['3.1', 'dated'],
    ['3.1-2022103', 'dated'],
    ['1..2', 'dotted'],
  ] as const)('%s is not read as %s', (text, mapping) => {
    expect(mapUpstream(text, mapping)).toBeUndefined();
  });
});
