import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@moby/testkit';
import { expect, test } from 'vitest';
import { judgeResult, type KnownDisagreement, knownDisagreements, tableRows } from '../oracle/judge-result.ts';
import type { OracleResult } from '../oracle/oracle.ts';
import { oracles } from '../oracle/oracles.ts';

const page = readFileSync(join(checkout, 'docs/reference/oracles.md'), 'utf8');

const agreeing: OracleResult = { name: 'ld.so', unit: 'programs', compared: 3, failing: 1, disagreements: [] };
const differing: OracleResult = {
  ...agreeing,
  disagreements: [
    { kind: 'false alarm', subject: 'web machine: /usr/bin/web', detail: 'it works' },
    { kind: 'miss', subject: 'web machine: /usr/bin/nc', detail: 'libmd.so.0 => not found' },
  ],
};
const row: KnownDisagreement = { oracle: 'ld.so', kind: 'miss', subject: 'web machine: /usr/bin/nc' };

function judge(result: OracleResult, known: readonly KnownDisagreement[] = [], mustRun = false): ReturnType<typeof judgeResult> {
  return judgeResult('ld.so', result, { known, mustRun });
}

test('agreement is good, and the counts are told', () => {
  expect(judge(agreeing)).toEqual({
    counts: 'ld.so 3 programs, 0 false alarms, 0 misses',
    lines: ['ld.so 3 programs, 0 false alarms, 0 misses (1 of 3 programs fail)'],
    isGood: true,
  });
});

test('a false alarm and a miss are no good, and each is named', () => {
  expect(judge(differing)).toEqual({
    counts: 'ld.so 3 programs, 1 false alarms, 1 misses',
    lines: [
      'ld.so 3 programs, 1 false alarms, 1 misses (1 of 3 programs fail)',
      '  false alarm: web machine: /usr/bin/web: it works',
      '  miss: web machine: /usr/bin/nc: libmd.so.0 => not found',
    ],
    isGood: false,
  });
});

test('what the page explains is told, and is good only if nothing else differs', () => {
  expect(judge(differing, [row])).toMatchObject({ counts: 'ld.so 3 programs, 1 false alarms, 0 misses, 1 explained', isGood: false });
  const both: readonly KnownDisagreement[] = [row, { ...row, kind: 'false alarm', subject: 'web machine: /usr/bin/web' }];
  expect(judge(differing, both)).toMatchObject({ counts: 'ld.so 3 programs, 0 false alarms, 0 misses, 2 explained', isGood: true });
});

test('a row of the other kind, of another subject or of another oracle explains nothing', () => {
  const others: readonly Partial<KnownDisagreement>[] = [
    { kind: 'false alarm' },
    { subject: 'web machine: /usr/bin/n' },
    { oracle: 'shim' },
  ];
  for (const other of others) expect(judge(differing, [{ ...row, ...other }]).counts).toContain('1 misses');
});

test('a row that nothing differs by any more is no good', () => {
  expect(judge(agreeing, [row])).toMatchObject({
    lines: [expect.anything(), '  known miss that is none any more: web machine: /usr/bin/nc'],
    isGood: false,
  });
});

test('what has not run is good only where it need not, and nothing compared is never good', () => {
  const notRun: OracleResult = { ...agreeing, compared: 0, notRun: 'there is no QEMU' };
  expect(judge(notRun)).toEqual({ counts: 'ld.so not run: there is no QEMU', lines: ['ld.so not run: there is no QEMU'], isGood: true });
  expect(judge(notRun, [], true).isGood).toBe(false);
  expect(judge({ ...agreeing, compared: 0 }).isGood).toBe(false);
});

test('a row without a reason counts for nothing', () => {
  const rows = '| shim | miss | `containerd 1.6 with shim 2.1` | |\n| shim | miss | `containerd 1.7 with shim 2.1` | It says why. |\n';
  expect(knownDisagreements(rows)).toEqual([{ oracle: 'shim', kind: 'miss', subject: 'containerd 1.7 with shim 2.1' }]);
});

test('the page says of each oracle whether CI runs it, and names no other', () => {
  const told = tableRows(page).flatMap(([name = '', inCi = '']) => (/^(?:yes|no)$/.test(inCi) ? [[name, inCi]] : []));
  expect(told).toEqual(Object.entries(oracles).map(([name, { isInCi }]) => [name, isInCi ? 'yes' : 'no']));
  for (const { oracle } of knownDisagreements(page)) expect(Object.keys(oracles)).toContain(oracle);
});
