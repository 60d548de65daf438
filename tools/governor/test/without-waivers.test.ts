import { expect, test } from 'vitest';
import { expiredWaivers, readPolicy, withoutWaivers } from '../src/index.ts';

const waiver = (name: string, until: string): string =>
  `  - rule: MOBY-V506\n    package: '@acme/${name}'\n    until: ${until}   # so long\n    by: steward\n    reason: >-\n      they move\n      together\n`;

const text = `scopes: ['@acme']   # ours
# Each ends by itself.
waivers:   # few
${waiver('one', '2027-01-30')}
  # about two
${waiver('two', '2027-01-31')}${waiver('three', '2026-12-31')}newComponents: first-come
`;

async function expiredOn(day: string): Promise<readonly number[]> {
  const read = await readPolicy(text);
  return read.ok ? expiredWaivers(read.value, day).map(({ index }) => index) : [];
}

test('a waiver is over on the day after its last one', async () => {
  expect(await expiredOn('2027-01-31')).toEqual([0, 2]);
  expect(await expiredOn('2026-12-31')).toEqual([]);
});

test('what is over goes as whole lines, and everything else stays byte for byte', async () => {
  expect(await withoutWaivers(text, new Set([0, 2]))).toBe(
    text.replace(waiver('one', '2027-01-30'), '').replace(waiver('three', '2026-12-31'), ''),
  );
});

test('without any left the list is empty, not missing', async () => {
  const next = await withoutWaivers(text, new Set([0, 1, 2]));
  expect(next).toBe(
    `scopes: ['@acme']   # ours\n# Each ends by itself.\nwaivers: []   # few\n\n  # about two\nnewComponents: first-come\n`,
  );
  const read = await readPolicy(next);
  expect(read.ok && read.value.waivers).toEqual([]);
});

test('waivers in braces go, too', async () => {
  const flow = `waivers: [{ rule: MOBY-V506, package: '@acme/x', by: steward, reason: r, until: 2026-01-01 }] # here\nscopes: ['@acme']\n`;
  const next = await withoutWaivers(flow, new Set([0]));
  const read = await readPolicy(next);
  expect(read.ok && [read.value.waivers, read.value.scopes]).toEqual([[], ['@acme']]);
  expect(next).toContain('# here');
});
