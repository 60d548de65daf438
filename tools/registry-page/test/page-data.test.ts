import { expect, test } from 'vitest';
import { makeVersion, parseComponentName } from '@moby/model';
import { openPageData, type PageData } from '../src/index.ts';
import { readAll } from './read-all.ts';
import { scratchRegistry, type ScratchRegistry, type ScratchVersion } from './scratch-registry.ts';

const world: readonly ScratchVersion[] = [
  { name: 'zlib', version: '1.2.0+r1', manifest: { provides: { 'api:zip': '1.2.0' } }, facts: {} },
  { name: 'zlib', version: '1.3.0+r1', manifest: { provides: { 'api:zip': '1.3.0' } }, facts: {} },
  { name: 'zlib', version: '1.3.1+r1', manifest: { provides: { 'api:zip': '1.3.1' } }, facts: {} },
  {
    name: 'packer',
    version: '1.0.0+r1',
    manifest: { kind: 'tool', category: 'base', requires: { 'api:zip': '>=1.3.0' } },
    facts: { programs: ['/usr/bin/packer'] },
  },
  { name: 'alone', version: '1.0.0+r1', facts: {} },
];

async function texts(data: PageData): Promise<ReadonlyMap<string, string>> {
  const read = new Map<string, string>();
  for (const path of await data.paths()) read.set(path, Buffer.from((await data.document(path))?.bytes ?? []).toString());
  return read;
}

const path = (name: string): string => `-/web/data/components/${name}.json`;

async function refreshed(registry: ScratchRegistry, change: () => Promise<void> | void, name: string): Promise<readonly string[]> {
  const data = openPageData(registry);
  const before = await texts(data);
  await change();
  const parsed = parseComponentName(name);
  if (parsed === undefined) throw new TypeError(name);
  const told = await data.refresh(parsed);
  const after = await texts(data);
  expect(after).toEqual(await texts(openPageData(registry)));
  const others = [...after].filter(([where, text]) => before.get(where) !== text).map(([where]) => where);
  expect(others.filter((where) => !told.includes(where))).toEqual([]);
  return told;
}

test('lines stand newest first, with their newest version and all others', async () => {
  const registry = await scratchRegistry(world);
  registry.records.set('zlib', {
    tags: { latest: makeVersion('1.3.1', 1), next: makeVersion('1.3.1', 1) },
    published: { '1.3.1+r1': '2026-11-29T01:02:03.000Z' },
  });
  const { lines } = (await readAll(registry)).component('zlib');
  expect(lines.map(({ line, version, tags, published }) => ({ line, version, tags, published }))).toEqual([
    { line: '1.3', version: '1.3.1+r1', tags: ['latest', 'next'], published: '2026-11-29' },
    { line: '1.2', version: '1.2.0+r1', tags: [], published: undefined },
  ]);
  expect(lines[0]?.versions.items.map(({ version }) => version)).toEqual(['1.3.1+r1', '1.3.0+r1']);
});

test('a yanked version is not what its line stands for', async () => {
  const registry = await scratchRegistry(world);
  registry.notices.set('zlib', new Map([[makeVersion('1.3.1', 1), { kind: 'yanked', reason: 'broken' }]]));
  const [line] = (await readAll(registry)).component('zlib').lines;
  expect(line?.version).toBe('1.3.0+r1');
  expect(line?.versions.items[0]).toMatchObject({ version: '1.3.1+r1', deprecated: 'yanked: broken' });
});

test('a capability out of range is a misfit that names both', async () => {
  const [matrix] = (await readAll(await scratchRegistry(world))).component('packer').matrices.items;
  expect(matrix).toMatchObject({ neighbour: 'zlib', asks: 'own', rows: ['1.0'], columns: ['1.3', '1.2'] });
  expect(matrix?.cells[0]?.map(({ fit }) => fit)).toEqual(['fits', 'misfit']);
  expect(matrix?.cells[0]?.[1]?.reasons).toEqual(['packer 1.0.0+r1 requires api:zip >=1.3.0, and zlib 1.2.0+r1 offers 1.2.0']);
});

test('a missing fact is unknown, and never a fit', async () => {
  const registry = await scratchRegistry([
    { name: 'lib', version: '1.0.0+r1', manifest: { proven: { provides: { 'soname:liba.so.1': '1.0.0' } } } },
    { name: 'app', version: '1.0.0+r1', manifest: { proven: { requires: { 'soname:liba.so.1': '*' } } }, facts: {} },
  ]);
  const [matrix] = (await readAll(registry)).component('app').matrices.items;
  expect(matrix?.cells[0]?.[0]).toMatchObject({ fit: 'unknown', evidence: 'assumed' });
});

test('a symbol without a version is missed in the line that lacks it, where another line has it', async () => {
  const library = (exports: string): object => ({
    manifest: { proven: { provides: { 'soname:libx.so.1': '1.0.0' } } },
    facts: { elf: [elf('/usr/lib/x86_64-linux-gnu/libx.so.1', { soname: 'libx.so.1' })] },
    symbols: { '/usr/lib/x86_64-linux-gnu/libx.so.1': { exports: { '': exports }, imports: {} } },
  });
  const registry = await scratchRegistry([
    { name: 'lib', version: '1.0.0+r1', ...library('old') },
    { name: 'lib', version: '2.0.0+r1', ...library('new old') },
    {
      name: 'app',
      version: '1.0.0+r1',
      manifest: { proven: { requires: { 'soname:libx.so.1': '*' } } },
      facts: { elf: [elf('/usr/bin/app', { needed: ['libx.so.1'] })], programs: ['/usr/bin/app'] },
      symbols: { '/usr/bin/app': { exports: {}, imports: { '': 'new old other' } } },
    },
  ]);
  const [matrix] = (await readAll(registry)).component('app').matrices.items;
  expect(matrix?.columns).toEqual(['2.0', '1.0']);
  expect(matrix?.cells[0]?.map(({ fit }) => fit)).toEqual(['fits', 'misfit']);
  expect(matrix?.cells[0]?.[1]?.reasons).toEqual(["/usr/bin/app imports new from libx.so.1, which lib 1.0.0+r1 doesn't have there"]);
});

function elf(file: string, rest: object): object {
  return { path: file, class: 64, machine: 'x86-64', needed: [], needs: [], offers: [], ...rest };
}

test('components without a platform in common are not said to fit', async () => {
  const registry = await scratchRegistry([
    { name: 'lib', version: '1.0.0+r1', platform: 'linux/arm64', facts: {} },
    { name: 'app', version: '1.0.0+r1', manifest: { requires: { lib: '*' } }, facts: {} },
  ]);
  const [matrix] = (await readAll(registry)).component('app').matrices.items;
  expect(matrix?.cells[0]?.[0]).toMatchObject({ fit: 'unknown', reasons: ['they have no platform in common'] });
});

test('a new version touches its own document, those of its neighbours, and the index', async () => {
  const registry = await scratchRegistry(world);
  const told = await refreshed(
    registry,
    () => registry.put({ name: 'zlib', version: '1.4.0+r1', manifest: { provides: { 'api:zip': '1.4.0' } }, facts: {} }),
    'zlib',
  );
  expect(told).toEqual([path('packer'), path('zlib'), '-/web/data/index.json'].sort());
});

test('a neighbour that is no longer one is touched too', async () => {
  const registry = await scratchRegistry(world);
  const told = await refreshed(
    registry,
    () => registry.put({ name: 'packer', version: '1.0.0+r1', manifest: { requires: { alone: '*' } }, facts: {} }),
    'packer',
  );
  expect(told).toEqual([path('alone'), path('packer'), path('zlib'), '-/web/data/index.json'].sort());
});

test('a component that is gone has no document, and its neighbours forget it', async () => {
  const registry = await scratchRegistry(world);
  const told = await refreshed(registry, () => registry.drop('zlib'), 'zlib');
  expect(told).toContain(path('zlib'));
  const data = openPageData(registry);
  expect(await data.document(path('zlib'))).toBeUndefined();
});

test('only addresses of documents are answered', async () => {
  const data = openPageData(await scratchRegistry(world));
  for (const other of [
    '',
    'index.html',
    '-/web/data/components/nobody.json',
    '-/web/data/components/../index.json',
    '-/web/data/components/constructor.json',
  ])
    expect(await data.document(other), other).toBeUndefined();
});

test('long texts and long lists are cut, and say so', async () => {
  const provides = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`api:a${index}`, '1.0.0']));
  const programs = Array.from({ length: 700 }, (_, index) => `/usr/bin/p${String(index).padStart(3, '0')}`);
  const registry = await scratchRegistry([
    { name: 'big', version: '1.0.0+r1', description: 'd'.repeat(200), manifest: { provides }, facts: { programs } },
  ]);
  const { index, component } = await readAll(registry);
  const [entry] = index.components;
  expect(entry).toMatchObject({ cut: true });
  expect(entry?.description.length).toBe(120);
  expect(entry?.offers.length).toBe(60);
  expect(component('big').lines[0]?.programs).toMatchObject({ more: 200 });
});

test('a thousand components of twenty versions have an index of a few hundred kB', async () => {
  const many = Array.from({ length: 1000 }, (_, number) =>
    Array.from({ length: 20 }, (__, patch): ScratchVersion => ({
      name: `component-${number}`,
      version: `${1 + Math.floor(patch / 10)}.0.${patch % 10}+r1`,
      line: `${1 + Math.floor(patch / 10)}.0`,
      description: 'A component of a registry that has a thousand, each with twenty versions in two lines',
      manifest: { provides: { [`api:thing-${number}`]: '1.0.0' }, requires: { [`component-${(number + 1) % 1000}`]: '*' } },
      facts: { programs: Array.from({ length: 30 }, (___, file) => `/usr/bin/program-${number}-${file}`) },
    })),
  ).flat();
  const data = openPageData(await scratchRegistry(many));
  const index = await data.document('-/web/data/index.json');
  const bytes = index?.bytes.length ?? 0;
  expect(bytes).toBeGreaterThan(200_000);
  expect(bytes).toBeLessThan(500_000);
  const one = await data.document(path('component-7'));
  expect(one?.bytes.length).toBeLessThan(20_000);
  expect((await data.paths()).length).toBe(1001);
}, 120_000);
