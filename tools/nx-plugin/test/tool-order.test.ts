import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout, scratchFolder } from '@moby/testkit';
import { nx } from './scratch-workspace.ts';

/** The ranks of ARCHITECTURE.md: a tool depends on tools of a lower rank only. */
const ranks: Readonly<Record<string, number>> = {
  '@moby/model': 0,
  '@moby/resolver': 1,
  '@moby/abi': 1,
  '@moby/content': 1,
  '@moby/trust': 1,
  '@moby/registry': 2,
  '@moby/image': 2,
  '@moby/composer': 3,
  '@moby/machine': 4,
  '@moby/governor': 4,
  '@moby/registry-page': 4,
  '@moby/registry-server': 5,
  'moby-compose': 6,
};

/** Beside the line: they may know the model, and no tool of the line may need them to run. */
const beside = ['@moby/nx-plugin', '@moby/testkit'];

test('in the real graph, tools depend on tools of a lower rank only', () => {
  const file = join(scratchFolder(), 'graph.json');
  nx(checkout, 'graph', `--file=${file}`);
  const edges = toolEdges(JSON.parse(readFileSync(file, 'utf8')));
  expect(edges.length).toBeGreaterThan(10);
  expect(edges.filter(([source, target]) => !isAllowed(source, target)).map((edge) => edge.join(' → '))).toEqual([]);
}, 60_000);

test('what a tool needs to run is never from beside the line', () => {
  for (const name of Object.keys(ranks)) {
    const needs = dependenciesOf(name);
    expect(
      needs.filter((need) => beside.includes(need)),
      name,
    ).toEqual([]);
  }
});

test('an edge upwards would be seen', () => {
  expect(isAllowed('@moby/model', '@moby/registry')).toBe(false);
  expect(isAllowed('@moby/abi', '@moby/content')).toBe(false);
  expect(isAllowed('@moby/unheard-of', '@moby/model')).toBe(false);
});

function isAllowed(source: string, target: string): boolean {
  // Tests may use the testkit, which in Nx is an edge like any other.
  if (target === '@moby/testkit') return true;
  if (beside.includes(source)) return target === '@moby/model';
  const [upper, lower] = [ranks[source], ranks[target]];
  return upper !== undefined && lower !== undefined && lower < upper;
}

function toolEdges(json: unknown): readonly (readonly [string, string])[] {
  const dependencies = member(member(json, 'graph'), 'dependencies');
  return Object.entries(dependencies ?? {}).flatMap(([source, list]: [string, unknown]) => {
    if (!Array.isArray(list)) return [];
    return list.map((dependency: unknown) => [source, String(field(dependency, 'target'))] as const).filter((edge) => edge.every(isTool));
  });
}

function isTool(project: string): boolean {
  return project.startsWith('@moby/') || project === 'moby-compose';
}

function dependenciesOf(name: string): readonly string[] {
  const folder = name === 'moby-compose' ? 'cli' : name.slice('@moby/'.length);
  try {
    return Object.keys(member(JSON.parse(readFileSync(join(checkout, 'tools', folder, 'package.json'), 'utf8')), 'dependencies') ?? {});
  } catch {
    return []; // a tool that is still to come
  }
}

function member(value: unknown, name: string): object | undefined {
  const found = field(value, name);
  return typeof found === 'object' && found !== null ? found : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}
