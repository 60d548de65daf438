import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkRoot, openSymbols, type RootComponent } from '@moby/abi';
import { openLine } from '@moby/composer';
import type { RegistryComponent } from '@moby/model';
import { checkout } from '@moby/testkit';
import { ask } from '../../composer/test/line/quiet-surroundings.ts';
import { executablesIn, loaderComplaints } from '../../abi/oracle/loader-verdict.ts';
import { type Disagreement, disagreement, type Oracle, type OracleResult } from './oracle.ts';
import { type OracleWorld, platform } from './oracle-world.ts';

/** A root that is judged by facts and by its loader. */
export interface LoadedRoot {
  readonly name: string;
  /** In overlay order. */
  readonly components: readonly RegistryComponent[];
}

/** ld.so in a chroot, for every program of every root of every assembly in this repository. */
export const loaderOfAssemblies: Oracle = async (world) => {
  const all = assemblies();
  const roots = await assemblyRoots(world, all);
  const result = await compareRoots('ld.so', roots, world);
  const looked = `${roots.length} different roots of ${all.length} assemblies: ${all.map(({ name }) => name).join(', ')}`;
  return { ...result, remarks: [looked, ...(result.remarks ?? [])] };
};

interface NamedAssembly {
  readonly name: string;
  readonly file: string;
}

/** Each root once: assemblies share the machine's, mostly. An assembly that is refused has no root to ask, so all of them must pass. */
async function assemblyRoots(world: OracleWorld, all: readonly NamedAssembly[]): Promise<readonly LoadedRoot[]> {
  const line = await openLine(world.surroundings);
  const roots = new Map<string, LoadedRoot>();
  const refused: string[] = [];
  for (const { name, file } of all) {
    const checked = await line.check(ask(file));
    if (!checked.ok) {
      refused.push(`${name} does not pass its check: ${checked.findings.map(({ message }) => message).join('; ')}`);
      continue;
    }
    const { resolution } = checked.value;
    for (const { scope, components } of resolution.roots) {
      const chosen = components.map(({ name: one, version }) => known(resolution.components, `${one}@${version}`));
      const files = chosen.filter(({ manifest }) => manifest.kind !== 'kernel');
      const key = files.map(({ manifest }) => manifest.payload.platforms[platform]?.digest).join(' ');
      if (!roots.has(key)) roots.set(key, { name: `${name} ${scope === '' ? 'machine' : scope}`, components: files });
    }
  }
  if (refused.length > 0) throw new Error(refused.join('\n'));
  return [...roots.values()];
}

function known(components: ReadonlyMap<string, RegistryComponent>, key: string): RegistryComponent {
  const component = components.get(key);
  if (component === undefined) throw new Error(`there is no component ${key}`);
  return component;
}

function assemblies(): readonly NamedAssembly[] {
  const own = readdirSync(join(checkout, 'assemblies'))
    .filter((name) => readdirSync(join(checkout, 'assemblies', name)).includes('assembly.yaml'))
    .map((name) => ({ name, file: join(checkout, 'assemblies', name, 'assembly.yaml') }));
  const tests = ['testkit/assemblies', 'testkit/guest-suite'].flatMap((folder) =>
    readdirSync(join(checkout, 'tools', folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({ name: name.replace('.yaml', ''), file: join(checkout, 'tools', folder, name) })),
  );
  return [...own, ...tests].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Both verdicts on each program of the roots; as root. */
export async function compareRoots(name: string, roots: readonly LoadedRoot[], world: OracleWorld): Promise<OracleResult> {
  const needed = new Map(roots.flatMap(({ components }) => components.map((one) => [lineOf(one), one] as const)));
  const brought = new Map((await world.bring([...needed.values()])).map((one) => [lineOf(one), one]));
  const result = { name, unit: 'programs', compared: 0, failing: 0 };
  const disagreements: Disagreement[] = [];
  const withoutLoader = new Set<string>();
  for (const root of roots) {
    const components = root.components.map((one) => known(brought, lineOf(one)));
    const folder = await world.root(`${name} ${root.name}`.replaceAll(/[^\w.]+/g, '-'), components);
    const alarmed = judgedBad(root.name, components);
    const found = executablesIn(folder);
    for (const path of found.withoutLoader) withoutLoader.add(path);
    for (const [path, failure] of loaderComplaints(folder, found.programs)) {
      result.compared++;
      if (failure !== undefined) result.failing++;
      disagreements.push(...disagreement({ subject: `${root.name}: ${path}`, isAlarmed: alarmed.has(path), failure }));
    }
    rmSync(folder, { recursive: true });
  }
  const alone = [...withoutLoader].sort().join(', ');
  return { ...result, disagreements, remarks: alone === '' ? [] : [`left out, because they name no loader: ${alone}`] };
}

function lineOf({ manifest, line }: RegistryComponent): string {
  return `${manifest.name}/${line}`;
}

/** The programs that an error keeps from starting, by the facts of their components alone. */
function judgedBad(name: string, components: readonly RegistryComponent[]): ReadonlySet<string> {
  const bad = new Set<string>();
  checkRoot({
    root: name,
    platform,
    components: components.map(rootComponent),
    programs: [],
    onStart: ({ path }, edges) => {
      if (edges.some(({ verdict }) => verdict === 'error')) bad.add(path);
    },
  });
  return bad;
}

export function rootComponent({ manifest, facts, symbols }: RegistryComponent): RootComponent {
  return {
    name: manifest.name,
    version: manifest.version,
    facts: facts?.platforms[platform],
    ...(symbols === undefined ? {} : { symbols: openSymbols(() => symbols().platforms[platform]) }),
  };
}
