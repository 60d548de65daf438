import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '@moby/model';
import { expect, it } from 'vitest';
import { validateComponent } from '../../src/author/index.ts';
import { told } from './scratch-component.ts';

const library = join(dirname(fileURLToPath(import.meta.url)), '../../../../components');

it('has no findings about any component of the library', async () => {
  for (const { folder, label } of await lines()) {
    const { findings } = await validateComponent({ folder, label });
    expect(told(findings)).toBe('');
  }
});

it('has a component for every library that another one loads', async () => {
  const manifests = await Promise.all((await lines()).map(async (line) => (await validateComponent(line)).manifest));
  const offered = new Set(manifests.flatMap((manifest) => Object.keys(manifest?.provides ?? {})));
  const missing = manifests.flatMap((manifest) =>
    sonames(manifest)
      .filter((name) => !offered.has(name))
      .map((name) => `${manifest?.name} ${manifest?.version}: ${name}`),
  );
  expect(offered.size).toBeGreaterThan(0);
  expect(missing).toEqual([]);
});

function sonames(manifest: Manifest | undefined): readonly string[] {
  return Object.keys(manifest?.requires ?? {}).filter((name) => name.startsWith('soname:'));
}

async function lines(): Promise<readonly { readonly folder: string; readonly label: string }[]> {
  const found = [];
  for (const name of (await readdir(library)).sort()) {
    const inside = await readdir(join(library, name), { withFileTypes: true });
    for (const line of inside.filter((entry) => entry.isDirectory())) {
      found.push({ folder: join(library, name, line.name), label: `components/${name}/${line.name}` });
    }
  }
  return found;
}
