import type { RegistryComponent } from '@moby/model';
import { compareRoots, type LoadedRoot } from './loader.ts';
import type { Oracle } from './oracle.ts';
import { type OracleWorld, platform } from './oracle-world.ts';

const suites = ['bookworm', 'trixie', 'forky'] as const;
type Suite = (typeof suites)[number];

/**
 * Roots that nobody would assemble: the programs of each suite on the libraries of each other suite, and on those of their own with
 * one library left out. Most of them have programs that can't start, which is what a miss would be found by.
 */
export const loaderOfMixes: Oracle = async (world) => compareRoots('ld.so mixes', [...mixedRoots(await sorted(world))], world);

interface Sorted {
  readonly libraries: ReadonlyMap<Suite, readonly RegistryComponent[]>;
  readonly programs: ReadonlyMap<Suite, readonly RegistryComponent[]>;
}

async function sorted(world: OracleWorld): Promise<Sorted> {
  const all = (await world.all()).filter(({ manifest }) => manifest.kind !== 'kernel' && manifest.kind !== 'init');
  const libraries = all.filter(({ manifest }) => manifest.kind === 'library');
  const programs = all.filter((one) => one.manifest.kind !== 'library' && hasPrograms(one));
  return {
    libraries: new Map(suites.map((suite) => [suite, newest(libraries, suite)])),
    programs: new Map(suites.map((suite) => [suite, programs.filter((one) => suiteOf(one) === suite)])),
  };
}

function* mixedRoots({ libraries, programs }: Sorted): Generator<LoadedRoot> {
  for (const suite of suites) {
    const own = libraries.get(suite) ?? [];
    for (const other of suites) yield { name: `programs of ${other} on ${suite}`, components: [...(programs.get(other) ?? []), ...own] };
    for (const missing of own)
      yield {
        name: `programs of ${suite} without ${missing.manifest.name}`,
        components: [...(programs.get(suite) ?? []), ...own.filter((one) => one !== missing)],
      };
  }
}

/** Of each library the newest line that the suite or an older one has; where there is none, the oldest of all. */
function newest(libraries: readonly RegistryComponent[], suite: Suite): readonly RegistryComponent[] {
  const found = new Map<string, RegistryComponent>();
  for (const one of libraries) {
    const own = suiteOf(one);
    if (own === undefined) continue;
    if (suites.indexOf(own) <= suites.indexOf(suite) || !found.has(one.manifest.name)) found.set(one.manifest.name, one);
  }
  return [...found.values()];
}

function suiteOf({ manifest }: RegistryComponent): Suite | undefined {
  const sources = manifest.payload.platforms[platform]?.sources ?? [];
  const suite = sources.flatMap((source) => (source.kind === 'deb' ? [source.suite] : []))[0];
  return suites.find((one) => one === suite);
}

function hasPrograms({ facts }: RegistryComponent): boolean {
  return (facts?.platforms[platform]?.elf ?? []).some(({ interpreter }) => interpreter !== undefined);
}
