import { pinDigest } from '@moby/content';
import type { ContentStore, DebSource, Diagnostic, Platform } from '@moby/model';
import { buildComponent } from './build-component.ts';
import { readComponentFolder } from './component-folder.ts';
import { isDeb } from './found-pin.ts';
import { openPayloadReader } from './open-payload-reader.ts';

export interface ProveRequest {
  readonly folder: string;
  readonly store: ContentStore;
  readonly warn: (finding: Diagnostic) => void;
}

export interface Proof {
  readonly platforms: readonly Platform[];
  /** Packages that the store doesn't have: where there are any, nothing was derived, and nothing is proven. */
  readonly missing: readonly DebSource[];
  /** What differs between the bytes and what is committed; errors all. */
  readonly findings: readonly Diagnostic[];
}

/** Derives a component's payloads and facts again of the packages in the store, and compares them with what is committed. Nothing is fetched or written. */
export async function proveComponent({ folder, store, warn }: ProveRequest): Promise<Proof> {
  const { manifest } = await readComponentFolder(folder);
  const missing = new Map<string, DebSource>();
  for (const payload of Object.values(manifest.payload.platforms))
    for (const source of payload.sources.filter(isDeb))
      if (source.sha256 !== '' && !(await store.has(pinDigest(source)))) missing.set(source.sha256, source);
  if (missing.size > 0) return { platforms: [], missing: [...missing.values()], findings: [] };
  const download = (): Promise<never> => Promise.reject(new TypeError('a package that was in the store is gone'));
  const { payloads, findings } = await buildComponent({ folder, check: true, payloads: openPayloadReader({ store, download, warn }) });
  return { platforms: payloads.map(({ platform }) => platform), missing: [], findings };
}
