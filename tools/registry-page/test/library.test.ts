import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openWorkspaceRegistry } from '@moby/registry';
import { checkout } from '@moby/testkit';
import type { MatrixDocument, PageSource } from '../src/index.ts';
import { openFolderRecords } from '../src/index.ts';
import { type AllDocuments, readAll } from './read-all.ts';

const folder = join(checkout, 'components');
const source = (): PageSource => ({
  registry: openWorkspaceRegistry({ folder, label: 'components' }),
  record: openFolderRecords(folder, 'components'),
});

let all: AllDocuments;

beforeAll(async () => {
  all = await readAll(source());
}, 120_000);

/** `2.1 2.1: fits`, a row's line and a column's. */
function verdicts(name: string, neighbour: string): Readonly<Record<string, string>> {
  const matrix = all.component(name).matrices.items.find((one) => one.neighbour === neighbour);
  return matrix === undefined ? {} : byPair(matrix);
}

function byPair({ rows, columns, cells }: MatrixDocument): Readonly<Record<string, string>> {
  return Object.fromEntries(rows.flatMap((row, r) => columns.map((column, c) => [`${row} ${column}`, cells[r]?.[c]?.fit ?? ''])));
}

test('every component of the library has a document, and the index knows each', async () => {
  const names = await source().registry.names();
  expect(all.index.components.map(({ name }) => name)).toEqual(names);
  expect(names.map((name) => all.component(name).name)).toEqual(names);
});

test('the same library gives the same bytes', async () => {
  expect((await readAll(source())).texts).toEqual(all.texts);
});

test('lines of containerd and of its shim fit as containers started by them say', () => {
  expect(verdicts('containerd', 'containerd-shim-runc')).toEqual({
    '2.1 2.1': 'fits',
    '2.1 1.7': 'fits',
    '2.1 1.6': 'fits',
    '1.7 2.1': 'misfit',
    '1.7 1.7': 'fits',
    '1.7 1.6': 'fits',
    '1.6 2.1': 'misfit',
    '1.6 1.7': 'fits',
    '1.6 1.6': 'fits',
  });
});

test('lines of redis and of the C library fit where its symbol versions are', () => {
  expect(verdicts('redis', 'glibc')).toMatchObject({ '8.0 2.41': 'fits', '8.0 2.36': 'misfit', '7.0 2.36': 'fits' });
  const matrix = all.component('redis').matrices.items.find(({ neighbour }) => neighbour === 'glibc');
  const cell = matrix?.cells[matrix.rows.indexOf('8.0')]?.[matrix.columns.indexOf('2.36')];
  expect(cell?.reasons.join('\n')).toContain('GLIBC_2.38');
  expect(cell?.evidence).toBe('binary');
});

test('a matrix is the same from the other side', () => {
  const own = verdicts('redis', 'glibc');
  const other = verdicts('glibc', 'redis');
  expect(Object.keys(own).length).toBeGreaterThan(3);
  expect(other).toEqual(Object.fromEntries(Object.entries(own).map(([pair, fit]) => [pair.split(' ').reverse().join(' '), fit])));
});

test('a library alone does not fit a C library without its symbol versions, though no program says so', () => {
  expect(verdicts('openssl', 'glibc')).toMatchObject({ '3.5 2.36': 'misfit', '3.5 2.41': 'fits', '3.0 2.36': 'fits' });
});

test('a component that asks for options of the kernel is judged with the kernels', () => {
  expect(Object.values(verdicts('docker', 'linux')).length).toBeGreaterThan(3);
  expect(Object.values(verdicts('linux', 'docker'))).not.toContain('misfit');
});

test('what is only recommended is no misfit', () => {
  expect(verdicts('docker', 'containerd')).toMatchObject({ '28.5 1.6': 'care', '28.5 2.1': 'fits' });
});

test('a component says what it is, who answers for it, and what it may do', () => {
  const { kind, category, lifecycle, maintainers, lines } = all.component('redis');
  expect({ kind, category, lifecycle }).toEqual({ kind: 'service', category: 'database', lifecycle: 'maintained' });
  expect(maintainers.length).toBeGreaterThan(0);
  const [newest] = lines;
  expect(newest?.service?.ports).toEqual([6379]);
  expect(newest?.programs.items).toContainEqual({ path: '/usr/bin/redis-server', to: 'redis-check-rdb' });
  expect(newest?.privileges.map(({ reach, what }) => `${reach}: ${what}`)).toEqual([
    'beyond: Uses the machine’s network',
    'inside: No capabilities',
    'inside: Runs as redis',
  ]);
});

test('the most dangerous privilege of an engine stands first', () => {
  expect(all.component('docker').lines[0]?.privileges[0]).toMatchObject({ reach: 'machine', what: 'Privileged' });
});

test('a need names who offers it with the lines that do', () => {
  const need = all.component('redis').lines[0]?.requires.items.find(({ what }) => what === 'soname:libc.so.6');
  expect(need?.nodes).toEqual(['GLIBC >=2.38.0']);
  expect(need?.by.map(({ name }) => name)).toEqual(['glibc']);
  expect(need?.by[0]?.lines).not.toContain('2.36');
});

test('who depends on it is told by what they ask for', () => {
  const openssl = all.component('openssl');
  expect(openssl.dependents.items.find(({ name }) => name === 'redis')?.what).toContain('soname:libssl.so.3');
  expect(openssl.lines[0]?.provides.items.find(({ what }) => what === 'soname:libssl.so.3')?.neededBy.items).toContain('redis');
});
