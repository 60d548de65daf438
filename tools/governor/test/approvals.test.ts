import { defaultPolicy, type Owners } from '@moby/governor';
import type { ForgePerson, GivenReview, ReviewFacts } from '@moby/governor/review';
import { describe, expect, test } from 'vitest';
import { approvalsOf, ownWord } from '../src/review/approvals.ts';
import type { LibraryComponent, LineWords } from '../src/library/library-side.ts';
import { openSide } from '../src/library/open-side.ts';
import { criticalComponents } from '../src/review/critical-components.ts';
import { holdsRole, isMaintainer, organisationOf } from '../src/review/roles.ts';

const head = { oid: 'a'.repeat(40) };
const ann: ForgePerson = { id: 11, login: 'ann' };
const review = (id: number, state: GivenReview['state'] = 'approved', commit: string = head.oid): GivenReview => ({
  id,
  login: `user-${id}`,
  state,
  commit,
});
const approving = (facts: ReviewFacts): readonly number[] => approvalsOf({ facts, head }).map(({ id }) => id);

describe('an approval counts', () => {
  const people = { author: ann, pusher: { id: 12, login: 'bob' } };

  test('of exactly the head, by whoever neither wrote nor pushed it', () => {
    const reviews = [review(11), review(12), review(13), review(14, 'approved', 'c'.repeat(40)), review(15, 'commented')];
    expect(approving({ ...people, reviews })).toEqual([13]);
  });

  test('as what somebody has said last, whatever they have remarked since', () => {
    const reviews = [review(13), review(14), review(15), review(13, 'changes-requested'), review(14, 'dismissed'), review(15, 'commented')];
    expect(approving({ ...people, reviews })).toEqual([15]);
    expect(approving({ ...people, reviews: [...reviews, review(13)] })).toEqual([13, 15]);
  });

  test('for nothing where nobody said who wrote or pushed it', () => {
    expect(approving({ author: ann, reviews: [review(13)] })).toEqual([]);
    expect(approving({ pusher: ann, reviews: [review(13)] })).toEqual([]);
  });
});

test('a head is its author’s word where nobody else has pushed', () => {
  expect(ownWord({ facts: { author: ann, pusher: ann } })).toEqual(ann);
  expect(ownWord({ facts: { author: ann, pusher: { id: 12, login: 'ann' } } })).toBeUndefined();
  expect(ownWord({ facts: { author: ann } })).toBeUndefined();
});

describe('somebody is known', () => {
  const owners: Owners = {
    lifecycle: 'maintained',
    maintainers: [],
    people: [
      { name: 'Ann', id: 11, github: 'ann', organisation: 'Acme' },
      { name: 'we', id: 7, team: true, organisation: 'Birch' },
      { name: 'Cid', github: 'cid' },
    ],
  };

  test('as a maintainer by number, or by that of a team, and never by name', () => {
    expect(isMaintainer(owners, { id: 11, login: 'renamed' })).toBe(true);
    expect(isMaintainer(owners, { id: 99, login: 'ann' })).toBe(false);
    expect(isMaintainer(owners, { id: 99, login: 'cid' })).toBe(false);
    expect(isMaintainer(owners, { id: 99, login: 'x', teams: [7] })).toBe(true);
    // The numbers of people and of teams are not the same numbers.
    expect(isMaintainer(owners, { id: 7, login: 'x' })).toBe(false);
    expect(isMaintainer(owners, { id: 99, login: 'x', teams: [11] })).toBe(false);
    expect(isMaintainer(undefined, ann)).toBe(false);
  });

  test('as a holder of a role by number in the policy, or by a team of the forge', () => {
    const policy = {
      ...defaultPolicy,
      roles: { ...defaultPolicy.roles, steward: [{ name: 'Sue', id: 13, github: 'sue' }, { name: 'we' }] },
    };
    expect(holdsRole(policy, 'steward', { id: 13, login: 'x' })).toBe(true);
    expect(holdsRole(policy, 'steward', { id: 99, login: 'sue' })).toBe(false);
    expect(holdsRole(policy, 'security-team', { id: 13, login: 'sue' })).toBe(false);
    expect(holdsRole(policy, 'security-team', { id: 99, login: 'x', role: 'security-team' })).toBe(true);
    expect(holdsRole(policy, 'reviewer', { id: 13, login: 'x' })).toBe(false);
  });

  test('for an organisation, of which what is merged says more than the forge', () => {
    expect(organisationOf(owners, { id: 11, login: 'ann', organisation: 'Cedar' })).toBe('Acme');
    expect(organisationOf(owners, { id: 99, login: 'x', teams: [7] })).toBe('Birch');
    expect(organisationOf(owners, { id: 99, login: 'x', organisation: 'Cedar' })).toBe('Cedar');
    expect(organisationOf(owners, { id: 99, login: 'x' })).toBeUndefined();
  });
});

const silent: LineWords = {
  version: '1.0.0+r1',
  npmName: '@moby/one',
  kind: 'library',
  provides: {},
  requires: {},
  recommends: {},
  conflicts: {},
  exclusive: [],
  needs: [],
};

describe('what counts as critical', () => {
  const saying = (says: Partial<LineWords>): LibraryComponent => ({
    lines: [{ line: '1', manifest: 'oid', says: { ...silent, ...says } }],
  });
  const components: Readonly<Record<string, LibraryComponent>> = {
    init: saying({ requires: { busybox: '*', 'soname:libc.so.6': '*' } }),
    busybox: saying({}),
    libc: saying({ provides: { 'soname:libc.so.6': '2.41' } }),
    musl: saying({ provides: { 'soname:libc.so.6': '1.2' }, requires: { init: '*' } }),
    redis: saying({ requires: { libc: '*' } }),
  };
  const critical = (roots: readonly string[], more: Readonly<Record<string, LibraryComponent>> = {}): readonly string[] | undefined => {
    const found = criticalComponents(openSide(new Map(Object.entries({ ...components, ...more }))), roots);
    return found === undefined ? undefined : [...found].sort();
  };

  test('is what the policy names and all that it needs, by name or by capability', () => {
    expect(critical(['init'])).toEqual(['busybox', 'init', 'libc', 'musl']);
    expect(critical(['busybox', 'gone'])).toEqual(['busybox', 'gone']);
    expect(critical([])).toEqual([]);
  });

  test('is unknown where a manifest can’t be read', () => {
    expect(critical(['init'], { redis: { lines: [{ line: '7', manifest: 'oid' }] } })).toBeUndefined();
    expect(critical([], { redis: { lines: [{ line: '7', manifest: 'oid' }] } })).toEqual([]);
  });
});
