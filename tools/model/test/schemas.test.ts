import { readFileSync, readdirSync } from 'node:fs';
import { parseManifest, readJson, readYaml, validateDocument } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { generateValidators } from '../generate-validators.ts';

const schemas = new URL('../../../schemas/', import.meta.url);
const names = readdirSync(schemas)
  .flatMap((file) => /^([a-z]+)\.v1\.schema\.json$/.exec(file)?.[1] ?? [])
  .sort();

test('the compiled validators are what the schemas say now', () => {
  const compiled = readFileSync(new URL('../src/generated/validators.ts', import.meta.url), 'utf8');
  expect(compiled === generateValidators(), 'run: npm run generate').toBe(true);
});

test('these are the schemas', () => {
  expect(names).toEqual(['assembly', 'component', 'guest', 'lifecycle', 'lockfile', 'owners', 'policy', 'universe']);
});

describe.each(names)('%s', (name) => {
  const examples = (kind: string): readonly string[] => readdirSync(new URL(`examples/${name}/${kind}/`, schemas)).sort();

  test('has examples of both kinds', () => {
    expect(examples('valid').length).toBeGreaterThan(0);
    expect(examples('invalid').length).toBeGreaterThan(0);
  });

  test.each(examples('valid'))('%s is valid', async (file) => {
    expect(await findingsOf(name, new URL(`examples/${name}/valid/${file}`, schemas))).toEqual([]);
  });

  test.each(examples('invalid'))('%s is refused for the reason in its name', async (file) => {
    const found = await findingsOf(name, new URL(`examples/${name}/invalid/${file}`, schemas));
    const reason = file.replace(/(?:--.*)?\.(?:json|yaml)$/, '');
    expect(found).toContain(reason);
  });
});

async function findingsOf(name: string, file: URL): Promise<readonly string[]> {
  const text = readFileSync(file, 'utf8');
  const read = await (file.pathname.endsWith('.yaml') ? readYaml : readJson)({ file: file.pathname, text });
  if (!read.ok) return read.findings.map(({ code }) => code);
  const schema = (['assembly', 'component', 'guest', 'lifecycle', 'lockfile', 'owners', 'policy', 'universe'] as const).find(
    (known) => known === name,
  );
  if (schema === undefined) throw new Error(`no schema is called ${name}`);
  const findings = await validateDocument(read.value, schema);
  if (findings.length > 0 || name !== 'component') return findings.map(({ code }) => code);
  return (await parseManifest({ file: file.pathname, text })).findings.map(({ code }) => code);
}
