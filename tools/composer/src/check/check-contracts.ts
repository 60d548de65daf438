import { cniVersion, configVersion, type ContractEnd, dockerApiWindow, type Edge, engineContainerdRange, readConfigFile } from '@moby/abi';
import { type ConfigFacts, parseVersion, type Platform, type Range, type Requirement } from '@moby/model';
import { machineRoot } from '../lock/make-lock.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { ResolvedRoot, Resolution } from '../resolve/resolution.ts';
import { componentsOf } from './chosen-components.ts';

export interface ContractsOptions {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly platform: Platform;
}

/** What manifests and configuration files promise each other: windows of interfaces, versions of files, what a project means its program for. */
export function checkContracts(options: ContractsOptions): readonly Edge[] {
  const ends = options.resolution.roots.flatMap((root) => endsOf({ ...options, root }));
  return [dockerApiWindow, cniVersion, configVersion, engineContainerdRange].flatMap((rule) => rule.check({ ends }));
}

function endsOf(options: ContractsOptions & { readonly root: ResolvedRoot }): readonly ContractEnd[] {
  const { assembly, resolution, platform, root } = options;
  const components = componentsOf(resolution, root);
  const entry = assembly.entries.find(({ name }) => name === root.scope);
  const service = components.find(({ manifest }) => manifest.name === entry?.wish.name)?.manifest.service;
  const env = { ...service?.env, ...entry?.env };
  const ends = components.map(({ manifest: { name, version, provides, requires, recommends }, facts }): ContractEnd => {
    const own = facts?.platforms[platform];
    return {
      component: name,
      version,
      root: root.scope === '' ? machineRoot : root.scope,
      provides,
      requires: rangesOf(requires),
      recommends: rangesOf(recommends),
      env,
      configs: own === undefined ? undefined : (own.configs ?? {}),
      programs: own?.programs,
    };
  });
  return root.scope === '' ? [...ownEnd(assembly), ...ends] : ends;
}

/** The assembly's own files lie over those of the machine's components. */
function ownEnd({ name, version: text, files }: Assembly): readonly ContractEnd[] {
  const configs = Object.fromEntries(
    files.flatMap(({ path, contents }): readonly (readonly [string, ConfigFacts])[] => {
      const config = readConfigFile(path, contents);
      return config === undefined ? [] : [[path, config]];
    }),
  );
  const version = parseVersion(text);
  if (version === undefined || Object.keys(configs).length === 0) return [];
  return [{ component: name, version, root: machineRoot, provides: {}, requires: {}, recommends: {}, env: {}, configs, programs: [] }];
}

function rangesOf(requirements: Readonly<Record<string, Requirement>>): Readonly<Record<string, Range>> {
  return Object.fromEntries(Object.entries(requirements).map(([need, { range }]) => [need, range]));
}
