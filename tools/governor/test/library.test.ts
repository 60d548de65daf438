import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@moby/model';
import { judge, type Report } from '@moby/governor';
import { checkout } from '@moby/testkit';
import { expect, test } from 'vitest';

const library = join(checkout, 'components');

/** What npm packs of a line: package.json, README.md, and what `files` names. */
function packed(name: string, line: string): ReadonlyMap<string, Uint8Array> {
  const folder = join(library, name, line);
  const files = new Map<string, Uint8Array>();
  const add = (path: string): void => {
    const full = join(folder, path);
    if (statSync(full).isDirectory())
      readdirSync(full)
        .sort()
        .forEach((child) => add(`${path}/${child}`));
    else files.set(path, readFileSync(full));
  };
  const { files: listed }: { files: readonly string[] } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  ['package.json', ...listed.map((path) => path.replace(/\/$/, ''))].forEach(add);
  files.set('README.md', readFileSync(join(library, name, 'README.md')));
  return files;
}

async function judgeLine(name: string, line: string, components: readonly string[]): Promise<Report> {
  const files = packed(name, line);
  return judge({
    door: { kind: 'publish' },
    release: {
      label: `components/${name}/${line}/`,
      files,
      line,
      announced: JSON.parse(new TextDecoder().decode(files.get('package.json'))),
    },
    published: [],
    names: { components, tombstones: [] },
    payload: { kind: 'unproven', why: 'no payload is at hand' },
  });
}

test('every component of the library could be published, and a steward knows the names that are near to others', async () => {
  const names = readdirSync(library);
  const lines = names.flatMap((name) =>
    readdirSync(join(library, name), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [[name, entry.name] as const] : [],
    ),
  );
  expect(lines.length).toBeGreaterThan(50);
  const refused: string[] = [];
  for (const [name, line] of lines) {
    const report = await judgeLine(
      name,
      line,
      names.filter((other) => other !== name).map((other) => `@moby/${other}`),
    );
    const errors = report.findings.filter(({ severity }) => severity === 'error' || severity === 'tool-error');
    if (errors.length > 0) refused.push(canonicalJson(errors));
    expect(report.unjudged, `${name}/${line}`).toEqual([]);
  }
  expect(refused).toEqual([]);
});
