import { createHash } from 'node:crypto';
import { canonicalJson, parseDigest, type Digest } from '@moby/model';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import type { LockedChoice, LockedComponent, Lockfile } from './lockfile.ts';

export interface Compressor {
  readonly name: 'zstd';
  readonly version: string;
  readonly level: number;
}

/** The root of the machine itself, in lock and messages. */
export const machineRoot = 'machine';

/**
 * What was resolved, as it is written down: sorted, and a function of its inputs alone. Of a component that is the same as in the lock of
 * before, the package that it came in stays known where it now comes from a folder.
 */
export function makeLock(options: {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly compressor: Compressor;
  /** The lock of before. */
  readonly old: Lockfile | undefined;
}): Lockfile {
  const { assembly, resolution, compressor, old } = options;
  const components: Record<string, LockedComponent> = {};
  for (const [id, { manifest, tree, refreshed, origin: known }] of resolution.components) {
    const payload = Object.fromEntries(
      assembly.platforms.flatMap((platform) => {
        const own = manifest.payload.platforms[platform];
        return own === undefined ? [] : [[platform, { digest: own.digest, size: own.size }]];
      }),
    );
    const before = old?.components[id];
    const origin = known ?? (before?.tree === tree ? before.origin : undefined);
    // A refreshed component is no package's.
    const source = refreshed === undefined ? (origin === undefined ? {} : { origin }) : { refreshed };
    components[id] = { tree, payload, ...source };
  }
  const roots: Record<string, Record<string, LockedChoice>> = {};
  for (const { scope, components: chosen } of resolution.roots) {
    roots[scope === '' ? machineRoot : scope] = Object.fromEntries(
      chosen.map(({ name, version }) => [name, { version, meets: meetsOf(resolution, scope === '' ? name : `${scope}/${name}`) }]),
    );
  }
  const identities = Object.fromEntries(
    assembly.entries.flatMap((entry) => {
      const user = serviceOf(resolution, entry.name, entry.wish.name)?.user;
      return user === undefined ? [] : [[entry.name, { uid: user.uid, gid: user.gid }]];
    }),
  );
  return {
    lockfile: 1,
    assembly: `${assembly.name} ${assembly.version}`,
    inputs: inputsOf(assembly),
    compressor,
    platforms: assembly.platforms,
    components,
    roots,
    ...(resolution.dropped.length === 0 ? {} : { dropped: [...resolution.dropped].sort() }),
    identities,
  };
}

export function formatLock(lock: Lockfile): string {
  return canonicalJson(lock);
}

/** The digest of what was resolved: the assembly as written, what it extends, and the files that it names; not our reading of it. */
export function inputsOf({ documents, files }: Assembly): Digest {
  const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
  const contents = files.map(({ path, contents: bytes }) => [path, sha256(bytes)]);
  const digest = parseDigest(`sha256:${sha256(canonicalJson({ documents, contents }))}`);
  if (digest === undefined) throw new TypeError('sha256 gave no digest');
  return digest;
}

function meetsOf(resolution: Resolution, who: string): readonly string[] {
  return resolution.edges
    .filter((edge) => edge.by === who)
    .map((edge) => `${edge.from === '' ? (edge.where ?? 'assembly') : edge.from}: ${edge.need} ${edge.range}`)
    .sort();
}

function serviceOf(
  resolution: Resolution,
  scope: string,
  name: string,
): { readonly user: { readonly uid: number; readonly gid: number } } | undefined {
  const version = resolution.roots.find((root) => root.scope === scope)?.components.find((component) => component.name === name)?.version;
  return version === undefined ? undefined : resolution.components.get(`${name}@${version}`)?.manifest.service;
}
