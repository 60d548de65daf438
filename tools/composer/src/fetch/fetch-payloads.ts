import { payloadSources, type ContentStore, type Digest, type Platform, type Progress, type RegistryComponent } from '@moby/model';
import type { Verdict } from '../check/verdict.ts';
import type { Compressor } from '../lock/make-lock.ts';
import type { Resolution } from '../resolve/resolution.ts';
import type { FromMirrors, WantedPayload } from './open-blob-mirrors.ts';
import type { Download } from './open-payload.ts';
import type { PreparedDiskTree } from '../disk/disk-tree.ts';
import type { PreparedKernel, PreparedTree } from './prepared.ts';
import { payloadOf, recallPrepared, type Prepared, type Preparation } from './recall-prepared.ts';

/** Everything that an image is made of, in the store. */
export interface Fetched {
  readonly trees: ReadonlyMap<Digest, PreparedTree>;
  readonly diskTrees: ReadonlyMap<Digest, PreparedDiskTree>;
  readonly kernel: PreparedKernel;
  /** How many components were derived now; 0 for a warm store. */
  readonly derived: number;
  /** Packages of the chosen components, and how many of them were downloaded now. */
  readonly packages: number;
  readonly downloaded: number;
}

export interface FetchRequest {
  readonly resolution: Resolution;
  readonly verdict: Verdict;
  readonly platform: Platform;
  /** The payloads whose trees lie on the disk of trees. */
  readonly onDisk: ReadonlySet<Digest>;
  readonly compressor: Compressor;
  readonly store: ContentStore;
  readonly download: Download;
  readonly fromMirrors: FromMirrors;
  readonly progress: Progress;
}

/**
 * Brings every component of a resolution into the store, ready to be part of an image. What is there is not touched;
 * the rest comes from blob mirrors, or its packages are downloaded together and it is derived one by one, so that one payload is
 * in memory at a time.
 */
export async function fetchPayloads(request: FetchRequest): Promise<Fetched> {
  const { resolution, verdict, platform, onDisk, compressor, store, progress } = request;
  const preparations = distinct(resolution, platform).map((component): Preparation => ({
    component,
    platform,
    store,
    compressor,
    onDisk: onDisk.has(payloadOf({ component, platform }).digest),
    modules: verdict.modules,
  }));
  const ready = await Promise.all(preparations.map((preparation) => recallPrepared(preparation)));
  const missing = preparations.filter((_, index) => ready[index] === undefined);
  const mirrored = missing.length === 0 ? 0 : await bringMirrored(missing, request);
  const downloaded = missing.length === 0 ? 0 : await downloadMissing(missing, request);
  const packages = preparations.reduce((sum, { component }) => sum + debsOf(component, platform), 0);
  const note = noteOf({ mirrored, downloaded, packages });
  progress.step({ step: 'fetch', done: packages, total: packages, unit: 'items', note });
  const made = missing.length === 0 ? new Map<Preparation, Prepared>() : await prepareMissing(missing, progress);
  const all = preparations.flatMap((preparation, index) => ready[index] ?? made.get(preparation) ?? []);
  const kernel = all.find((prepared): prepared is PreparedKernel => 'image' in prepared);
  if (kernel === undefined) throw new TypeError('a resolution without a kernel');
  const trees = new Map(all.flatMap((prepared) => ('segment' in prepared ? [[prepared.payload, prepared] as const] : [])));
  const diskTrees = new Map(all.flatMap((prepared) => ('disk' in prepared ? [[prepared.payload, prepared] as const] : [])));
  return { trees, diskTrees, kernel, derived: missing.length, packages, downloaded };
}

/** Archives are read, and read with code that is loaded, only where something is missing. */
async function prepareMissing(missing: readonly Preparation[], progress: Progress): Promise<ReadonlyMap<Preparation, Prepared>> {
  const { prepareComponent } = await import('./prepare-component.ts');
  const made = new Map<Preparation, Prepared>();
  // The largest first: it sets the peak of memory, and nothing that others have left is held beside it yet.
  const ordered = [...missing].sort((a, b) => sizeOf(b) - sizeOf(a));
  for (const [index, preparation] of ordered.entries()) {
    progress.step({ step: 'derive', done: index, total: missing.length, unit: 'items', note: preparation.component.manifest.name });
    made.set(preparation, await prepareComponent(preparation));
  }
  return made;
}

function sizeOf({ component, platform }: Preparation): number {
  return component.manifest.payload.platforms[platform]?.size ?? 0;
}

function noteOf({
  mirrored,
  downloaded,
  packages,
}: {
  readonly mirrored: number;
  readonly downloaded: number;
  readonly packages: number;
}): string {
  const fromMirrors = `${mirrored} payloads from blob mirrors`;
  const fromArchive = `${downloaded} of ${packages} packages downloaded`;
  if (mirrored > 0) return downloaded === 0 ? fromMirrors : `${fromMirrors}, ${fromArchive}`;
  return downloaded === 0 ? `all ${packages} packages in the store` : fromArchive;
}

/** The payloads that would need packages, from mirrors as far as these have them; how many came. */
async function bringMirrored(missing: readonly Preparation[], { store, platform, fromMirrors }: FetchRequest): Promise<number> {
  const { missingPins } = await import('./open-payload.ts');
  const wanted: WantedPayload[] = [];
  for (const { component } of missing) {
    const { name, version, payload } = component.manifest;
    const found = payload.platforms[platform];
    if (found === undefined || (await store.has(found.digest)) || (await missingPins(found, store)).length === 0) continue;
    wanted.push({ label: `${name} ${version}`, digest: found.digest, sizeBytes: found.size });
  }
  if (wanted.length === 0) return 0;
  await fromMirrors(wanted);
  const came = await Promise.all(wanted.map(({ digest }) => store.has(digest)));
  return came.filter((isThere) => isThere).length;
}

async function downloadMissing(missing: readonly Preparation[], { store, platform, download }: FetchRequest): Promise<number> {
  const { missingPins } = await import('./open-payload.ts');
  const pins = new Map<string, Parameters<Download>[0][number]>();
  for (const { component } of missing) {
    const payload = component.manifest.payload.platforms[platform];
    if (payload === undefined || (await store.has(payload.digest))) continue;
    for (const pin of await missingPins(payload, store)) pins.set(pin.sha256, pin);
  }
  if (pins.size > 0) await download([...pins.values()]);
  return pins.size;
}

/** Components by payload: two versions with the same bytes are one. */
function distinct(resolution: Resolution, platform: Platform): readonly RegistryComponent[] {
  const byPayload = new Map<Digest, RegistryComponent>();
  for (const component of resolution.components.values()) {
    const payload = component.manifest.payload.platforms[platform];
    if (payload !== undefined && !byPayload.has(payload.digest)) byPayload.set(payload.digest, component);
  }
  return [...byPayload.values()];
}

function debsOf({ manifest }: RegistryComponent, platform: Platform): number {
  const payload = manifest.payload.platforms[platform];
  return payload === undefined ? 0 : payloadSources(payload).filter(({ kind }) => kind === 'deb').length;
}
