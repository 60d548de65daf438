import { compareDebianVersions } from '@moby/content';
import { expect, test } from 'vitest';

/** Each list is in ascending order; Policy 5.6.12 and its examples. */
const ascending: readonly (readonly string[])[] = [
  ['~~', '~~a', '~', '', 'a'],
  ['1.0~beta1~svn1245', '1.0~beta1', '1.0', '1.0-0.1', '1.0-1'],
  ['1.2', '1.10', '1.10a', '1.10b', '1.10+b'],
  ['2.41-12', '2.41-12+deb13u1', '2.41-12+deb13u10', '2.41-13~bpo', '2.41-13'],
  ['9.9', '1:0.1', '1:1.0', '2:0~1', '10:0'],
  ['6.12.117-1', '6.12.118-1', '6.12.118+1'],
  ['5:7.0.15-1~deb12u10', '5:8.0.2-3', '5:8.0.2-3+deb13u3'],
  ['20230101120000123456788', '20230101120000123456789'],
  ['0.0.0', '0.0.1', '0.1', '1'],
];

test.each(ascending.map((list) => [list]))('orders %j', (list) => {
  for (const [i, a] of list.entries()) {
    for (const [j, b] of list.entries()) {
      const order = Math.sign(compareDebianVersions(a, b));
      expect(`${a} ${order} ${b}`).toBe(`${a} ${Math.sign(i - j)} ${b}`);
    }
  }
});

test.each([
  ['1.0', '1.0-0'],
  ['0:1.0', '1.0'],
  ['1.00', '1.0'],
  ['1.0-01', '1.0-1'],
])('%s is %s', (a, b) => {
  expect(compareDebianVersions(a, b)).toBe(0);
  expect(compareDebianVersions(b, a)).toBe(0);
});

test('a dash belongs to the upstream version but for the last', () => {
  expect(compareDebianVersions('1-2-3', '1-2-4')).toBeLessThan(0);
  expect(compareDebianVersions('1-1-9', '1-2-1')).toBeLessThan(0);
});
