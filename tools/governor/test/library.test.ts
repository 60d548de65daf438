import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readPackageArchive } from '@moby/content/package-archive';
import { canonicalJson } from '@moby/model';
import { judge, type Report } from '@moby/governor';
import { packComponent } from '@moby/registry/pack';
import { checkout } from '@moby/testkit';
import { expect, test } from 'vitest';

const library = join(checkout, 'components');

/** Packs a line as `component publish` does, and judges what the registry's door would see. */
async function judgeLine(name: string, line: string, components: readonly string[]): Promise<Report> {
  const label = `components/${name}/${line}`;
  const { tarball, packageJson } = await packComponent(join(library, name, line), label);
  const archive = await readPackageArchive(tarball);
  return judge({
    door: { kind: 'publish' },
    release: { label: `${label}/`, files: archive.files, archive, line, announced: packageJson },
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
    expect(report.findings, `${name}/${line}`).toContainEqual(expect.objectContaining({ name: 'reproducible', clause: 'unproven' }));
  }
  expect(refused).toEqual([]);
});
