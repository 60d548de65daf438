import { checkRoot, openSymbols, programPath, type Edge, type ProgramNeed, type SymbolLookup } from '@moby/abi';
import type { Manifest, Platform, RegistryComponent } from '@moby/model';
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
    const ofMachine = root.scope === '' ? boundPrograms(subject.assembly, resolution) : [];
    const key = JSON.stringify([root, ofMachine]);
    const edges = judged.get(key) ?? checkOneRoot({ ...subject, resolution, root, symbols, ofMachine });
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
  /** What containers start of it. */
  readonly ofMachine: readonly ProgramNeed[];
}

/** A container's program that lies below one of its binds is the machine's: its own root need not have it, and the machine's must. */
function boundPrograms(assembly: Assembly, resolution: Resolution): readonly ProgramNeed[] {
  return resolution.roots.flatMap((root) => {
    const components = componentsOf(resolution, root);
    const service = serviceIn(assembly, root, components);
    const program = boundPlace(startedArgs({ assembly, components, root })[0], service);
    return service === undefined || program === undefined
      ? []
      : [{ component: service.name, version: service.version, program, why: 'args' as const }];
  });
}

function serviceIn(assembly: Assembly, root: ResolvedRoot, components: readonly RegistryComponent[]): Manifest | undefined {
  const entry = assembly.entries.find(({ name }) => name === root.scope);
  return components.find(({ manifest }) => manifest.name === entry?.wish.name)?.manifest;
}

/** Where in the machine a path of a container lies that is below a bind; undefined for one of its own root. */
function boundPlace(path: string | undefined, service: Manifest | undefined): string | undefined {
  const bind = service?.service?.binds.find((one) => path?.startsWith(`${one.path}/`) === true);
  return bind === undefined || path === undefined ? undefined : `${bind.source}${path.slice(bind.path.length)}`;
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

function checkOneRoot({ assembly, resolution, platform, root, symbols, ofMachine }: RootCheck): readonly Edge[] {
  const components = componentsOf(resolution, root);
  const service = serviceIn(assembly, root, components);
  const args = startedArgs({ assembly, components, root });
  const [command] = args;
  const programs = components.flatMap(({ manifest }) => [
    ...manifest.exec
      .filter((program) => !isSpared(manifest.execUnless[program], args))
      .map((program) => ({ component: manifest.name, version: manifest.version, program, why: 'exec' as const })),
    ...(root.scope === '' && manifest.runtime !== undefined
      ? [{ component: manifest.name, version: manifest.version, program: manifest.runtime.program, why: 'runtime' as const }]
      : []),
    ...(manifest === service && command !== undefined && boundPlace(command, service) === undefined
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
    programs: [...programs, ...ofMachine],
    path: programPath,
    ...(assembly.cpuLevel === undefined ? {} : { cpuLevel: assembly.cpuLevel }),
  });
}

/** The program is never started by a container with this argument. */
function isSpared(unless: string | undefined, args: readonly string[]): boolean {
  return unless !== undefined && args.includes(unless);
}
