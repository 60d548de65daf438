import type { ContentStore, Platform, RegistryComponent } from '@moby/model';
import { diskPlacementOf, recallDiskTree, type PreparedDiskTree } from '../disk/disk-tree.ts';
import type { Compressor } from '../lock/make-lock.ts';
import {
  modulesKey,
  placementOf,
  recallKernelImage,
  recallSegment,
  recallTree,
  segmentKey,
  type PreparedKernel,
  type PreparedTree,
} from './prepared.ts';

export interface Preparation {
  readonly component: RegistryComponent;
  readonly platform: Platform;
  readonly store: ContentStore;
  readonly compressor: Compressor;
  /** Its tree lies on the disk of trees. */
  readonly onDisk: boolean;
  /** The kernel's modules that the assembly loads, with their paths in its payload. */
  readonly modules: readonly { readonly name: string; readonly path: string }[];
}

export type Prepared = PreparedTree | PreparedDiskTree | PreparedKernel;

/** What the store already holds of a component; undefined where something is missing. */
export async function recallPrepared(preparation: Preparation): Promise<Prepared | undefined> {
  const { component, store, compressor } = preparation;
  const payload = payloadOf(preparation).digest;
  if (component.manifest.kind === 'kernel') {
    const image = await recallKernelImage(store, payload);
    const modules = await recallSegment(store, modulesKey(payload, modulePaths(preparation), compressor));
    return image === undefined || modules === undefined ? undefined : { payload, image, modules };
  }
  const entries = await recallTree(store, payload);
  if (preparation.onDisk) {
    const disk = await recallDiskTree(store, payload);
    return entries === undefined || disk === undefined ? undefined : { payload, placement: diskPlacementOf(payload), entries, disk };
  }
  const placement = placementOf(component.manifest, payload);
  const segment = await recallSegment(store, segmentKey(payload, placement, compressor));
  return entries === undefined || segment === undefined ? undefined : { payload, placement, entries, segment };
}

export function modulePaths({ modules }: Preparation): readonly string[] {
  return modules.map(({ path }) => path);
}

export function payloadOf({
  component,
  platform,
}: Pick<Preparation, 'component' | 'platform'>): NonNullable<RegistryComponent['manifest']['payload']['platforms'][Platform]> {
  const payload = component.manifest.payload.platforms[platform];
  if (payload === undefined) throw new TypeError(`${component.manifest.name} was chosen without a payload for ${platform}`);
  return payload;
}
