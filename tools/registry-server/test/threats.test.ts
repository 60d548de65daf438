import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@moby/testkit';
import { expect, test } from 'vitest';

interface Shown {
  readonly threat: string;
  readonly file: string;
  readonly name: string;
}

/** Cells of the rows below the table's head. */
const rows = readFileSync(join(checkout, 'docs/reference/registry-threats.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  .map((line) => line.slice(2, -2).split(' | '));

const shown = rows.flatMap(([threat = '', , cell = '']) =>
  cell.split('<br>').flatMap((one): readonly Shown[] => {
    const [, file = '', name = ''] = /^\[`[^`]+`\]\(\.\.\/\.\.\/([^)]+)\): “([^”]+)”$/.exec(one) ?? [];
    return file === '' ? [] : [{ threat, file, name }];
  }),
);

test('every threat has something that holds it, and tests or a reason for none', () => {
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) {
    const [threat = '', held = '', cell = ''] = row;
    expect([threat, row.length]).toEqual([threat, 3]);
    expect(held.length, threat).toBeGreaterThan(5);
    const named = shown.filter((one) => one.threat === threat).length;
    if (named === 0) expect(cell, threat).toMatch(/^No (?:local )?test: ./);
    else expect(cell.split('<br>'), threat).toHaveLength(named);
  }
});

test.each(shown)('$file has the test “$name”', ({ file, name }) => {
  const path = join(checkout, file);
  expect(existsSync(path), file).toBe(true);
  const quoted = [`'${name}'`, `\`${name}\``];
  const lines = readFileSync(path, 'utf8').split('\n');
  const at = lines.findIndex((line) => quoted.some((text) => line.includes(text)));
  expect(at, `${file} has no “${name}”`).toBeGreaterThanOrEqual(0);
  // The name of a test that has cases stands behind them, perhaps on a line of its own; one that is skipped shows nothing.
  expect(lines[at]).toMatch(/^\s*(?:(?:test|it)(?:\.each|\.skipIf)?\(|\]\)(?: as const)?\(|\] as const\)\(|['`])|\)\(['`]/);
});
