import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkRoot, openSymbols, type RootComponent } from '@moby/abi';
import { openLine } from '@moby/composer';
import type { RegistryComponent } from '@moby/model';
import { checkout } from '@moby/testkit';
import { ask } from '../../composer/test/line/quiet-surroundings.ts';
import { loaderComplaint, programsIn } from '../../abi/oracle/loader-verdict.ts';
import { disagreement, type Oracle, type OracleResult } from './oracle.ts';
import { type OracleWorld, platform } from './oracle-world.ts';

/** A root that is judged by facts and by its loader. */
export interface LoadedRoot {
  readonly name: string;
  /** In overlay order. */
  readonly components: readonly RegistryComponent[];
}

/** ld.so in a chroot, for every program of every root of every assembly in this repository. */
export const loaderOfAssemblies: Oracle = async (world) => compareRoots('ld.so', await assemblyRoots(world), world);

/** Each root once: assemblies share the machine's, mostly. */
async function assemblyRoots(world: OracleWorld): Promise<readonly LoadedRoot[]> {
  const line = await openLine(world.surroundings);
  const roots = new Map<string, LoadedRoot>();
  for (const { name, file } of assemblies()) {
    const checked = await line.check(ask(file));
    if (!checked.ok) throw new Error(`${name} does not pass its check: ${checked.findings.map(({ message }) => message).join('; ')}`);
    const { resolution } = checked.value;
    for (const { scope, components } of resolution.roots) {
      const chosen = components.flatMap((one) => resolution.components.get(`${one.name}@${one.version}`) ?? []);
      const files = chosen.filter(({ manifest }) => manifest.kind !== 'kernel');
      const key = files.map(({ manifest }) => manifest.payload.platforms[platform]?.digest).join(' ');
      if (!roots.has(key)) roots.set(key, { name: `${name} ${scope === '' ? 'machine' : scope}`, components: files });
    }
  }
  return [...roots.values()];
}

function assemblies(): readonly { readonly name: string; readonly file: string }[] {
  const own = readdirSync(join(checkout, 'assemblies'))
    .filter((name) => readdirSync(join(checkout, 'assemblies', name)).includes('assembly.yaml'))
    .map((name) => ({ name, file: join(checkout, 'assemblies', name, 'assembly.yaml') }));
  const tests = ['assemblies', 'guest-suite'].flatMap((folder) =>
    readdirSync(join(checkout, 'tools/testkit', folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({ name: name.replace('.yaml', ''), file: join(checkout, 'tools/testkit', folder, name) })),
  );
  return [...own, ...tests].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Both verdicts on each program of the roots; as root. */
export async function compareRoots(name: string, roots: readonly LoadedRoot[], world: OracleWorld): Promise<OracleResult> {
  const needed = new Map(roots.flatMap(({ components }) => components.map((one) => [`${one.manifest.name}/${one.line}`, one] as const)));
  const brought = await world.bring([...needed.values()]);
  const byLine = new Map(brought.map((one) => [`${one.manifest.name}/${one.line}`, one]));
  const result = { name, unit: 'programs', compared: 0, failing: 0 };
  const disagreements = [];
  for (const root of roots) {
    const components = root.components.flatMap((one) => byLine.get(`${one.manifest.name}/${one.line}`) ?? []);
    const folder = await world.root(`${name} ${root.name}`.replaceAll(/[^\w.]+/g, '-'), components);
    const alarmed = judgedBad(root.name, components);
    for (const path of programsIn(folder)) {
      const failure = loaderComplaint(folder, path);
      result.compared++;
      if (failure !== undefined) result.failing++;
      disagreements.push(...disagreement({ subject: `${root.name}: ${path}`, isAlarmed: alarmed.has(path), failure }));
    }
    rmSync(folder, { recursive: true });
  }
  return { ...result, disagreements };
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
