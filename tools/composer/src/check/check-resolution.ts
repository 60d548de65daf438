import { checkRoot, openSymbols, programPath, type Edge, type SymbolLookup } from '@moby/abi';
import type { Platform, RegistryComponent } from '@moby/model';
import { machineRoot } from '../lock/make-lock.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { ResolvedRoot, Resolution } from '../resolve/resolution.ts';
import { checkContracts } from './check-contracts.ts';
import { checkKernel } from './check-kernel.ts';
import { componentsOf, startedArgs } from './chosen-components.ts';
import type { Verdict } from './verdict.ts';

interface Subject {
  readonly assembly: Assembly;
  readonly platform: Platform;
}

/**
 * Judges every root and the machine's kernel from facts alone, so an assembly is refused before a byte of payload moves.
 * The roots are independent of each other: what a container's program needs can only be met in that container.
 */
export function checkResolution({ resolution, ...subject }: Subject & { readonly resolution: Resolution }): Verdict {
  return openResolutionCheck(subject)(resolution);
}

/** The same for resolutions of one assembly from one registry, one after another: a root that stays as it was is judged once. */
export function openResolutionCheck(subject: Subject): (resolution: Resolution) => Verdict {
  const symbols = openSymbolsOf(subject.platform);
  const judged = new Map<string, readonly Edge[]>();
  const edgesOf = (root: ResolvedRoot, resolution: Resolution): readonly Edge[] => {
    const key = JSON.stringify(root);
    const edges = judged.get(key) ?? checkOneRoot({ ...subject, resolution, root, symbols });
    judged.set(key, edges);
    return edges;
  };
  return (resolution) => {
    const edges = resolution.roots.flatMap((root) => edgesOf(root, resolution));
    const kernel = checkKernel({ ...subject, resolution });
    return { edges: [...edges, ...kernel.edges, ...checkContracts({ ...subject, resolution })], modules: kernel.modules };
  };
}

interface RootCheck extends Subject {
  readonly resolution: Resolution;
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
  const args = startedArgs({ assembly, components, root });
  const [command] = args;
  const programs = components.flatMap(({ manifest }) => [
    ...manifest.exec
      .filter((program) => !isSpared(manifest.execUnless[program], args))
      .map((program) => ({ component: manifest.name, version: manifest.version, program, why: 'exec' as const })),
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
    ...(assembly.cpuLevel === undefined ? {} : { cpuLevel: assembly.cpuLevel }),
  });
}

/** The program is never started by a container with this argument. */
function isSpared(unless: string | undefined, args: readonly string[]): boolean {
  return unless !== undefined && args.includes(unless);
}
