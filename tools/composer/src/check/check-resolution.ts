import { checkModules, checkRoot, openSymbols, programPath, type AskedModule, type Edge, type SymbolLookup } from '@moby/abi';
import type { Platform, RegistryComponent } from '@moby/model';
import { diskModules, diskPayloads } from '../disk/disk-payloads.ts';
import { machineRoot } from '../lock/make-lock.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { ResolvedRoot, Resolution } from '../resolve/resolution.ts';
import type { Verdict } from './verdict.ts';

/**
 * Judges every root and the kernel's modules from facts alone, so an assembly is refused before a byte of payload moves.
 * The roots are independent of each other: what a container's program needs can only be met in that container.
 */
export function checkResolution(options: {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly platform: Platform;
}): Verdict {
  const { assembly, resolution, platform } = options;
  const symbols = openSymbolsOf(platform);
  const edges: Edge[] = resolution.roots.flatMap((root) => checkOneRoot({ assembly, resolution, platform, root, symbols }));
  const plan = planModules(assembly, resolution, platform);
  return { edges: [...edges, ...(plan?.edges ?? [])], modules: plan?.ordered ?? [] };
}

interface RootCheck {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly platform: Platform;
  readonly root: ResolvedRoot;
  readonly symbols: (component: RegistryComponent) => SymbolLookup | undefined;
}

/** Each component's symbols are read once, though it may stand in several roots. */
function openSymbolsOf(platform: Platform): RootCheck['symbols'] {
  const known = new Map<RegistryComponent, SymbolLookup>();
  return (component) => {
    const { symbols: read } = component;
    if (read === undefined) return undefined;
    const lookup = known.get(component) ?? openSymbols(() => read().platforms[platform]);
    known.set(component, lookup);
    return lookup;
  };
}

function checkOneRoot({ assembly, resolution, platform, root, symbols }: RootCheck): readonly Edge[] {
  const components = componentsOf(resolution, root);
  const entry = assembly.entries.find(({ name }) => name === root.scope);
  const service = components.find(({ manifest }) => manifest.name === entry?.wish.name)?.manifest;
  const command = (entry?.args ?? service?.service?.args)?.[0];
  const programs = components.flatMap(({ manifest }) => [
    ...manifest.exec.map((program) => ({ component: manifest.name, version: manifest.version, program, why: 'exec' as const })),
    ...(root.scope === '' && manifest.runtime !== undefined
      ? [{ component: manifest.name, version: manifest.version, program: manifest.runtime.program, why: 'runtime' as const }]
      : []),
    ...(manifest === service && command !== undefined
      ? [{ component: manifest.name, version: manifest.version, program: command, why: 'args' as const }]
      : []),
  ]);
  return checkRoot({
    root: root.scope === '' ? machineRoot : root.scope,
    platform,
    components: components
      .filter(({ manifest }) => manifest.kind !== 'kernel')
      .map((component) => {
        const { manifest, facts } = component;
        const lookup = symbols(component);
        return {
          name: manifest.name,
          version: manifest.version,
          facts: facts?.platforms[platform],
          ...(lookup === undefined ? {} : { symbols: lookup }),
        };
      }),
    programs,
    path: programPath,
  });
}

function planModules(assembly: Assembly, resolution: Resolution, platform: Platform): ReturnType<typeof checkModules> | undefined {
  const kernel = kernelOf(resolution);
  if (kernel === undefined) return undefined;
  return checkModules({
    asked: askedModules(assembly, resolution, platform),
    kernel: { component: kernel.manifest.name, version: kernel.manifest.version, facts: kernel.facts?.platforms[platform]?.kernel },
  });
}

/** What the assembly and the chosen components ask for, each once, in the order of roots and components. */
function askedModules(assembly: Assembly, resolution: Resolution, platform: Platform): readonly AskedModule[] {
  const asked = new Map<string, AskedModule>();
  for (const root of resolution.roots) {
    for (const { manifest } of componentsOf(resolution, root)) {
      for (const name of manifest.kernel?.modules ?? []) {
        if (!asked.has(name)) asked.set(name, { name, component: manifest.name, version: manifest.version });
      }
    }
  }
  const ownDisk = diskPayloads({ assembly, resolution, platform }).size > 0 ? diskModules : [];
  for (const name of [...ownDisk, ...assembly.modules]) {
    if (!asked.has(name)) asked.set(name, { name, component: assembly.name, version: assembly.version });
  }
  return [...asked.values()];
}

/** A root's components, sorted by name as the resolution has them. */
export function componentsOf(resolution: Resolution, root: ResolvedRoot): readonly RegistryComponent[] {
  return root.components.flatMap(({ name, version }) => {
    const component = resolution.components.get(`${name}@${version}`);
    return component === undefined ? [] : [component];
  });
}

export function kernelOf(resolution: Resolution): RegistryComponent | undefined {
  return [...resolution.components.values()].find(({ manifest }) => manifest.kind === 'kernel');
}
