import {
  type AddedModulesEnd,
  type AskedModule,
  cgroupMode,
  checkModules,
  type ConfigEnd,
  type Edge,
  kernelConfig,
  type KernelEnd,
  kernelModulePresent,
  kmodCrc,
  kmodSymbol,
  kmodVermagic,
  modulesOfNeeds,
  netfilterBackend,
} from '@moby/abi';
import type { Platform, RegistryComponent } from '@moby/model';
import { diskModules, diskPayloads } from '../disk/disk-payloads.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { componentsOf, kernelOf } from './chosen-components.ts';
import { netfilterEnds } from './netfilter-roots.ts';
import type { Verdict } from './verdict.ts';

/**
 * What the machine's kernel has to do with all the rest: the modules that it carries, its configuration, modules that other
 * components bring, control groups, and its packet filter.
 */
export function checkKernel(options: {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly platform: Platform;
}): Verdict {
  const { assembly, resolution, platform } = options;
  const component = kernelOf(resolution);
  if (component === undefined) return { edges: [], modules: [] };
  const chosen = chosenOnce(resolution);
  const added = chosen.filter((one) => one !== component).flatMap((one) => addedModules(one, platform));
  const kernel = kernelEndOf(component, platform, added.length > 0);
  const asking = chosen.flatMap(asksOf);
  const ownModules = diskPayloads(options).size > 0 ? [...diskModules, ...assembly.modules] : assembly.modules;
  const plan = checkModules({ asked: askedModules({ assembly, chosen, kernel, asking, ownModules }), kernel });
  const carried = kernel.facts === undefined ? undefined : new Set(plan.ordered.map(({ name }) => name));
  const edges: readonly Edge[] = [
    ...plan.edges,
    ...kernelConfig.check({ kernel, asking }),
    ...kernelModulePresent.check({ kernel, asking, carried }),
    ...[kmodVermagic, kmodSymbol, kmodCrc].flatMap((rule) => rule.check({ kernel, added })),
    ...cgroupEdges(kernel, chosen),
    ...netfilterBackend.check({ kernel, ...netfilterEnds(options) }),
  ];
  return { edges, modules: plan.ordered };
}

/** Each component once, in the order of roots and names: a need of the kernel is the same wherever the component stands. */
function chosenOnce(resolution: Resolution): readonly RegistryComponent[] {
  return [...new Set(resolution.roots.flatMap((root) => componentsOf(resolution, root)))];
}

function kernelEndOf({ manifest, facts, kernelSymbols }: RegistryComponent, platform: Platform, meetsAdded: boolean): KernelEnd {
  const own = facts?.platforms[platform];
  return {
    component: manifest.name,
    version: manifest.version,
    ...(own === undefined ? {} : { payload: own.payload }),
    facts: own?.kernel,
    // Half a megabyte that only a module of another component is worth.
    symbols: meetsAdded ? kernelSymbols?.().platforms[platform] : undefined,
  };
}

function addedModules({ manifest, facts }: RegistryComponent, platform: Platform): readonly AddedModulesEnd[] {
  const own = facts?.platforms[platform];
  if (own?.modules === undefined || Object.keys(own.modules).length === 0) return [];
  return [{ component: manifest.name, version: manifest.version, payload: own.payload, modules: own.modules }];
}

function asksOf({ manifest }: RegistryComponent): readonly ConfigEnd[] {
  const { name, version, kernel } = manifest;
  return kernel?.config === undefined ? [] : [{ component: name, version, ...kernel.config }];
}

/** What the chosen components ask for, by name or by an option that is a module, and then the assembly; each once. */
function askedModules(options: {
  readonly assembly: Assembly;
  readonly chosen: readonly RegistryComponent[];
  readonly kernel: KernelEnd;
  readonly asking: readonly ConfigEnd[];
  /** The assembly's own. */
  readonly ownModules: readonly string[];
}): readonly AskedModule[] {
  const { assembly, chosen, kernel, asking, ownModules } = options;
  const asked = new Map<string, AskedModule>();
  const ask = (module: AskedModule): void => {
    if (!asked.has(module.name)) asked.set(module.name, module);
  };
  for (const { manifest } of chosen) {
    for (const name of manifest.kernel?.modules ?? []) ask({ name, component: manifest.name, version: manifest.version });
  }
  modulesOfNeeds(kernel, asking).forEach(ask);
  for (const name of ownModules) ask({ name, component: assembly.name, version: assembly.version });
  return [...asked.values()];
}

/** Judged where manifests say which version of control groups they are for: a small init may mount none. */
function cgroupEdges(kernel: KernelEnd, chosen: readonly RegistryComponent[]): readonly Edge[] {
  const init = chosen.find(({ manifest }) => manifest.init !== undefined)?.manifest;
  if (init?.init === undefined) return [];
  const runtimes = chosen.flatMap(({ manifest: { name, version, runtime } }) =>
    runtime?.cgroup === undefined ? [] : [{ component: name, version, modes: runtime.cgroup }],
  );
  return cgroupMode.check({ kernel, init: { component: init.name, version: init.version, mode: init.init.cgroup }, runtimes });
}
