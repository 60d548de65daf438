import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkspaceRegistry } from '@moby/registry';
import { exportRegistry } from '@moby/registry/export';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { writeBelow, writeComponent } from '../../registry/test/write-component.ts';
import { openFolderRecords, pageFiles, writePage, type ComponentDocument } from '../src/index.ts';
import { readAll } from './read-all.ts';

let folder = '';
const all = ['zlib/1.2', 'zlib/1.3', 'packer/1.0'];
const owners = 'lifecycle: maintained\nmaintainers:\n  - name: Zora\n    github: zora\n  - name: Zed\n    github: zed\n';

beforeEach(() => {
  folder = temporaryFolder();
  for (const upstream of ['1.2.0', '1.3.0'])
    writeComponent(join(folder, 'components/zlib', upstream.slice(0, 3)), {
      name: 'zlib',
      upstream,
      manifest: { provides: { 'api:zip': upstream } },
    });
  writeComponent(join(folder, 'components/packer/1.0'), {
    name: 'packer',
    upstream: '1.0.0',
    manifest: { kind: 'tool', category: 'base', requires: { 'api:zip': '>=1.3.0' } },
  });
  const facts = { payload: `sha256:${'ab'.repeat(32)}`, unpackedBytes: 0, elf: [], programs: [], links: {} };
  for (const line of all)
    writeBelow(join(folder, 'components', line), { 'facts.json': JSON.stringify({ facts: 1, platforms: { 'linux/amd64': facts } }) });
  writeBelow(join(folder, 'components'), { 'zlib/OWNERS.yaml': owners, 'packer/OWNERS.yaml': owners, 'zlib/README.md': '# zlib\n' });
});
afterEach(() => removeFolder(folder));

async function exported(lines: readonly string[], to = 'registry'): Promise<void> {
  await exportRegistry({
    lines: lines.map((line) => ({ folder: join(folder, 'components', line), label: line })),
    to: join(folder, to),
  });
  await writePage(join(folder, to));
}

function files(to = 'registry'): Readonly<Record<string, string>> {
  const paths = readdirSync(join(folder, to), { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    paths.filter((path) => statSync(join(folder, to, path)).isFile()).map((path) => [path, readFileSync(join(folder, to, path), 'utf8')]),
  );
}

function component(name: string): ComponentDocument {
  return JSON.parse(files()[`-/web/data/components/${name}.json`] ?? '');
}

test('the page lies beside what it shows', async () => {
  await exported(all);
  for (const { path, bytes } of pageFiles()) expect(files()[path], path).toBe(Buffer.from(bytes).toString());
  expect(Object.keys(files()).filter((path) => path.startsWith('-/web/data/'))).toEqual([
    '-/web/data/components/packer.json',
    '-/web/data/components/zlib.json',
    '-/web/data/index.json',
  ]);
});

test('it says what the page of the library says, and has the tags of the export', async () => {
  await exported(all);
  const components = join(folder, 'components');
  const registry = openWorkspaceRegistry({ folder: components, label: 'components' });
  const library = await readAll({ registry, record: openFolderRecords(components, 'components') });
  for (const name of ['packer', 'zlib']) {
    expect(component(name).matrices).toEqual(library.component(name).matrices);
    expect(component(name).maintainers).toEqual(library.component(name).maintainers);
  }
  expect(component('packer').matrices.items[0]?.cells[0]?.map(({ fit }) => fit)).toEqual(['fits', 'misfit']);
  expect(component('zlib').lines.map(({ tags }) => tags)).toEqual([['latest', 'line-1.3'], ['line-1.2']]);
});

test('the same components give the same bytes, in whichever steps; owners of what an export has not packed stay', async () => {
  await exported(all);
  await exported(['zlib/1.3', 'zlib/1.2'], 'grown');
  await exported(['packer/1.0'], 'grown');
  expect(files('grown')).toEqual(files());
  expect(files('grown')['-/web/data/components/zlib.json']).toContain('Zora');
});

test('what is as it was is not written again, and neighbours of what is new are', async () => {
  await exported(['packer/1.0', 'zlib/1.2']);
  const page = (path: string): string => join(folder, 'registry', path);
  const paths = Object.keys(files()).filter((path) => path.startsWith('-/web/') || path === 'index.html');
  for (const path of paths) utimesSync(page(path), 1, 1);
  const written = (): readonly string[] => paths.filter((path) => statSync(page(path)).mtimeMs !== 1000);
  await exported(['packer/1.0', 'zlib/1.2']);
  expect(written()).toEqual([]);
  await exported(all);
  expect(written()).toEqual(['-/web/data/components/packer.json', '-/web/data/components/zlib.json', '-/web/data/index.json']);
});
