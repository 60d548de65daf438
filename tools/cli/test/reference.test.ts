import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rules } from '@moby/abi';
import { checkout } from '@moby/testkit';
import { referencePages } from '../generate-reference.ts';
import { messages } from '../reference/messages.ts';

for (const [name, text] of Object.entries(referencePages())) {
  test(`docs/reference/${name} is current`, () => {
    const written = readFileSync(join(checkout, 'docs/reference', name), 'utf8');
    expect(written, 'run `node -C source tools/cli/generate-reference.ts`').toBe(text);
  });
}

test('every code that the sources use has its entry, and no entry is left over', () => {
  const used = new Set<string>();
  for (const tool of readdirSync(join(checkout, 'tools'))) {
    for (const file of sourcesOf(join(checkout, 'tools', tool, 'src'))) {
      for (const [, code = ''] of readFileSync(file, 'utf8').matchAll(/\bcode: (?:[^'\n{}]{0,80}\? )?'([a-z][a-z0-9-]*)'/g)) used.add(code);
      for (const [, one = '', two = ''] of readFileSync(file, 'utf8').matchAll(
        /\bcode(?::| =) [^\n{}]{0,80}\? '([a-z0-9-]+)' : (?:'([a-z][a-z0-9-]*)')?/g,
      ))
        [one, two].filter((code) => code !== '').forEach((code) => used.add(code));
    }
  }
  // A rule of the check is the message's code, with a dash.
  for (const { id } of rules) used.add(id.replaceAll('.', '-'));
  used.add('facts-present');
  used.delete('internal');
  expect([...used].filter((code) => messages[code] === undefined).sort()).toEqual([]);
  const ofFindings = Object.entries(messages)
    .filter(([, { kind }]) => kind === 'finding')
    .map(([code]) => code);
  expect(ofFindings.filter((code) => !used.has(code)).sort()).toEqual([]);
});

test('every code that a registry answers has its entry, and every entry is answered', () => {
  const answered = new Set<string>();
  for (const tool of ['registry-server', 'registry-page'])
    for (const file of sourcesOf(join(checkout, 'tools', tool, 'src')).filter((name) => !name.endsWith('/refusal.ts')))
      for (const [code] of readFileSync(file, 'utf8').matchAll(/MOBY-D\d+/g)) answered.add(code);
  const page = readFileSync(join(checkout, 'docs/reference/registry-refusals.md'), 'utf8');
  const described = [...page.matchAll(/^## (MOBY-D\d+) /gm)].map(([, code = '']) => code);
  expect([...answered].sort()).toEqual(described);
});

test('every event of a registry’s log is in the how-to, and none that is not written', () => {
  const written = new Set<string>();
  for (const file of sourcesOf(join(checkout, 'tools/registry-server/src')))
    for (const [said] of readFileSync(file, 'utf8').matchAll(/\bevent: [^,\n]*'/g))
      for (const [, event = ''] of said.matchAll(/'([a-z-]+)'/g)) written.add(event);
  const page = readFileSync(join(checkout, 'docs/how-to/run-the-registry.md'), 'utf8');
  const described = [...page.matchAll(/^\| `([a-z-]+)` \| (?:info|warn|error)/gm)].map(([, event = '']) => event);
  expect([...described].sort()).toEqual([...written].sort());
});

function sourcesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
