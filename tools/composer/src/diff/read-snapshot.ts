import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { summarizeEdges } from '@moby/abi';
import {
  jsonOf,
  parseComponentName,
  parseVersion,
  recordOf,
  type Manifest,
  type Platform,
  type Registry,
  type RegistryComponent,
} from '@moby/model';
import { checkResolution } from '../check/check-resolution.ts';
import type { Verdict } from '../check/verdict.ts';
import type { Lockfile } from '../lock/lockfile.ts';
import { inputsOf, machineRoot } from '../lock/make-lock.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution, ResolvedRoot } from '../resolve/resolution.ts';
import type { Snapshot, SnapshotVerdict } from './snapshot.ts';

export interface SnapshotQuestion {
  readonly title: string;
  readonly platform: Platform;
  readonly lock: Lockfile;
  readonly registry: Registry;
  readonly assembly: Assembly | undefined;
  /** Where an artifact of it may lie. */
  readonly artifactFolder: string | undefined;
}

/** A lock with the library's components in just the versions and trees that it names. Nothing is resolved. */
export async function readSnapshot({ title, platform, lock, registry, assembly, artifactFolder }: SnapshotQuestion): Promise<Snapshot> {
  const components = new Map<string, RegistryComponent | undefined>();
  for (const [id, { tree }] of Object.entries(lock.components)) {
    const found = await findComponent(registry, id);
    components.set(id, found?.tree === tree ? found : undefined);
  }
  const resolution = resolutionOf(lock, components);
  const verdict = resolution === undefined || assembly === undefined ? undefined : checkResolution({ assembly, resolution, platform });
  const artifactBytes = artifactFolder === undefined ? undefined : await artifactSize(artifactFolder, lock);
  return {
    title,
    platform,
    lock,
    manifests: new Map([...components].map(([id, component]): [string, Manifest | undefined] => [id, component?.manifest])),
    ...(assembly === undefined ? {} : { assembly }),
    assemblyDiffers: assembly !== undefined && inputsOf(assembly) !== lock.inputs,
    ...(verdict === undefined ? {} : { verdict: verdictOf(verdict) }),
    ...(artifactBytes === undefined ? {} : { artifactBytes }),
  };
}

export function verdictOf(verdict: Verdict): SnapshotVerdict {
  return {
    counts: summarizeEdges(verdict.edges).counts,
    edges: verdict.edges.filter((edge) => edge.verdict !== 'ok' && edge.verdict !== 'info'),
  };
}

async function findComponent(registry: Registry, id: string): Promise<RegistryComponent | undefined> {
  const at = id.indexOf('@');
  const [name, version] = [parseComponentName(id.slice(0, at)), parseVersion(id.slice(at + 1))];
  if (name === undefined || version === undefined || !(await registry.versions(name)).includes(version)) return undefined;
  return registry.component(name, version);
}

/** Undefined where a component isn't known. */
function resolutionOf(lock: Lockfile, components: ReadonlyMap<string, RegistryComponent | undefined>): Resolution | undefined {
  const known = [...components].flatMap(([id, component]): readonly [string, RegistryComponent][] =>
    component === undefined ? [] : [[id, component]],
  );
  if (known.length < components.size) return undefined;
  const roots = Object.entries(lock.roots).map(([root, chosen]): ResolvedRoot => ({
    scope: root === machineRoot ? '' : root,
    components: Object.entries(chosen).flatMap(([name, { version }]) => {
      const manifest = components.get(`${name}@${version}`)?.manifest;
      return manifest === undefined ? [] : [{ name: manifest.name, version: manifest.version }];
    }),
  }));
  return { roots, components: new Map(known), edges: [], dropped: lock.dropped ?? [] };
}

const maxArtifactBytes = 8 << 20;

/** The size of the artifact in a folder, if it was made of these components; what else lies there is of no interest here. */
export async function artifactSize(folder: string, lock: Lockfile): Promise<number | undefined> {
  const text = await readFile(join(folder, 'artifact.json'), 'utf8').catch(() => '');
  if (text === '' || text.length > maxArtifactBytes) return undefined;
  const { sizeBytes, segments } = recordOf(jsonOf(text));
  if (typeof sizeBytes !== 'number' || !Array.isArray(segments)) return undefined;
  const labels = segments.map((segment: unknown) => recordOf(segment)['label']).filter((label) => typeof label === 'string');
  const named = new Set(labels.filter((label) => label.includes(' ')).map((label) => label.replace(' ', '@')));
  const absent = Object.keys(lock.components).filter((id) => !named.has(id));
  // The kernel is no segment.
  return [...named].every((id) => lock.components[id] !== undefined) && absent.length <= 1 ? sizeBytes : undefined;
}
