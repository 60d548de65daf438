import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOwners } from '@moby/governor';
import { checkout } from '@moby/testkit';
import { expect, test } from 'vitest';

const key = 'A'.repeat(80);
const text = `lifecycle: deprecated
maintainers:
  - { name: Ann, id: 4711, github: ann-x, registry: ann, organisation: Example, email: ann@example.com, keys: [${key}] }
  - { name: we, team: true }
history:
  - { from: maintained, to: deprecated, change: 512, actor: 4711, date: 2026-12-01, reason: upstream ended }
`;

test('OWNERS.yaml says who answers, in which state, and how it came there', async () => {
  expect(await readOwners(text, 'OWNERS.yaml')).toEqual({
    ok: true,
    findings: [],
    value: {
      lifecycle: 'deprecated',
      maintainers: ['ann'],
      people: [
        { name: 'Ann', id: 4711, github: 'ann-x', registry: 'ann', organisation: 'Example', place: { line: 3, column: 5 } },
        { name: 'we', team: true, place: { line: 4, column: 5 } },
      ],
      keys: [key],
      history: [{ from: 'maintained', to: 'deprecated', change: 512, actor: 4711, date: '2026-12-01', reason: 'upstream ended' }],
      places: { lifecycle: { line: 1, column: 1 }, maintainers: { line: 2, column: 1 }, history: { line: 5, column: 1 } },
    },
  });
});

test('one that can’t be read says where', async () => {
  for (const [wrong, line, message] of [
    [text.replace('deprecated\n', 'dead\n'), 1, '`lifecycle` must be one of'],
    [text.replace('2026-12-01', 'today'), 6, '`history[0].date` must be a day, as 2027-01-31'],
    [text.replace('name: we', 'name: &x we'), 4, 'this has an anchor of YAML'],
  ] as const) {
    const { findings } = await readOwners(wrong, 'OWNERS.yaml');
    expect(findings[0]?.place?.line).toBe(line);
    expect(findings[0]?.message).toContain(message);
  }
});

test('every component of the library has one that can be read', async () => {
  const names = readdirSync(join(checkout, 'components'));
  for (const name of names) {
    const file = `components/${name}/OWNERS.yaml`;
    const { findings } = await readOwners(readFileSync(join(checkout, file), 'utf8'), file);
    expect(findings, name).toEqual([]);
  }
  expect(names.length).toBeGreaterThan(50);
});
