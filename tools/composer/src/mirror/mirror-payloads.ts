import { createReadStream } from 'node:fs';
import type { OciRegistry, PushedBlob, UploadMemory } from '@moby/content';
import { Failure, type ContentStore, type Diagnostic, type Manifest, type Platform, type Progress } from '@moby/model';
import { lostBlob } from '../build/lost-blob.ts';
import type { FromMirrors } from '../fetch/open-blob-mirrors.ts';
import { sha256Of, type Download } from '../fetch/open-payload.ts';
import { storePayload } from '../fetch/store-payload.ts';
import { emptyBlob, payloadManifest, payloadTag, type MirroredPayload } from './payload-manifest.ts';

export interface MirrorRequest {
  readonly components: readonly MirroredComponent[];
  /** Those that are named here; all that a component has where none is. */
  readonly platforms: readonly Platform[];
  readonly registry: OciRegistry;
  /** A repository of the same registry that may have payloads already. */
  readonly mountFrom: string | undefined;
  readonly store: ContentStore;
  readonly download: Download;
  readonly fromMirrors: FromMirrors;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface MirroredComponent {
  readonly manifest: Manifest;
  /** Where its `files/` lie. */
  readonly folder: string;
}

export interface MirrorReport {
  readonly payloads: readonly ReportedPayload[];
  /** Payloads that could not be made. */
  readonly findings: readonly Diagnostic[];
}

export interface ReportedPayload extends MirroredPayload {
  readonly tag: string;
  readonly state: 'pushed' | 'mounted' | 'there';
}

/** What ends the whole: it would be the same for every other payload. */
const endsAll: ReadonlySet<string> = new Set(['no-space', 'io', 'no-mirror', 'interrupted', 'denied']);

/**
 * Pushes the payloads of components that the repository lacks, each with the manifest that keeps it. First the blob, then the manifest: a
 * process that is killed leaves nothing that refers to something missing, and the next one goes on where it ended.
 */
export async function mirrorPayloads(request: MirrorRequest): Promise<MirrorReport> {
  const { components, platforms, registry, progress, signal } = request;
  await registry.ping();
  await pushEmptyBlob(registry);
  const all = components.flatMap((component) => payloadsOf(component, platforms));
  const payloads: ReportedPayload[] = [];
  const findings: Diagnostic[] = [];
  for (const [index, { component, payload }] of all.entries()) {
    if (signal.aborted) throw signal.reason;
    progress.step({ step: 'mirror', done: index, total: all.length, unit: 'items', note: payload.name });
    const state = await pushPayload(component, payload, request).catch((error: unknown) => {
      if (!(error instanceof NotMade)) throw error;
      findings.push({
        severity: 'error',
        code: error.failure.code,
        message: `${labelOf(payload)}: ${error.failure.message}`,
        hints: error.failure.hints,
      });
    });
    if (state === undefined) continue;
    payloads.push({ ...payload, state, tag: await tagPayload(payload, registry) });
  }
  return { payloads, findings };
}

function payloadsOf(
  component: MirroredComponent,
  platforms: readonly Platform[],
): readonly { readonly component: MirroredComponent; readonly payload: MirroredPayload }[] {
  const { name, version, payload } = component.manifest;
  return platformsOf(component, platforms).flatMap((platform) => {
    const found = payload.platforms[platform];
    return found === undefined ? [] : [{ component, payload: { name, version, platform, digest: found.digest, sizeBytes: found.size } }];
  });
}

function platformsOf({ manifest }: MirroredComponent, wanted: readonly Platform[]): readonly Platform[] {
  return wanted.length > 0 ? wanted : typedKeys(manifest.payload.platforms);
}

async function pushPayload(
  component: MirroredComponent,
  payload: MirroredPayload,
  request: MirrorRequest,
): Promise<ReportedPayload['state']> {
  const { registry, store, mountFrom, progress } = request;
  const what = `payload of ${labelOf(payload)}`;
  if (await registry.hasBlob(payload.digest, what)) return 'there';
  await makePayload(component, payload, request);
  const path = await store.verifiedPath(payload.digest);
  if (path === undefined) throw lostBlob(payload.digest);
  const blob: PushedBlob = {
    digest: payload.digest,
    sizeBytes: payload.sizeBytes,
    what,
    read: (from, to) => piecesOf(path, from, to),
  };
  const tell = (bytes: number): void =>
    progress.step({ step: 'push', done: bytes, total: payload.sizeBytes, unit: 'bytes', note: labelOf(payload) });
  return registry.pushBlob(blob, { mountFrom, tell, uploads: uploadsOf(store, registry, payload) });
}

/** One payload that can't be made leaves the others as they are. */
class NotMade extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

async function makePayload(component: MirroredComponent, { platform }: MirroredPayload, request: MirrorRequest): Promise<void> {
  const { store, download, fromMirrors } = request;
  try {
    await storePayload({ component, platform, store, download, fromMirrors });
  } catch (error) {
    throw error instanceof Failure && !endsAll.has(error.code) ? new NotMade(error) : error;
  }
}

async function* piecesOf(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  if (from < to)
    for await (const piece of createReadStream(path, { start: from, end: to - 1 })) if (piece instanceof Uint8Array) yield piece;
}

/** The address of an upload that goes on, kept between processes; the registry says how far it has come. */
function uploadsOf(store: ContentStore, { repository }: OciRegistry, { digest }: MirroredPayload): UploadMemory {
  const key = `${repository.label} ${digest}`;
  return {
    recall: async () => {
      const address = await store.recall('uploads', key);
      return typeof address === 'string' ? address : undefined;
    },
    remember: (address) => store.remember('uploads', key, address ?? null),
  };
}

async function pushEmptyBlob(registry: OciRegistry): Promise<void> {
  const { bytes } = emptyBlob();
  const what = 'empty blob';
  const digest = sha256Of(bytes);
  if (await registry.hasBlob(digest, what)) return;
  await registry.pushBlob({
    digest,
    sizeBytes: bytes.length,
    what,
    async *read(from, to) {
      yield bytes.subarray(from, to);
    },
  });
}

/** Puts the manifest under its tag, unless it stands there. */
async function tagPayload(payload: MirroredPayload, registry: OciRegistry): Promise<string> {
  const tag = payloadTag(payload);
  const bytes = payloadManifest(payload);
  const before = await registry.getManifest(tag, labelOf(payload));
  if (before === undefined || Buffer.compare(before, bytes) !== 0) await registry.putManifest({ tag, bytes, what: labelOf(payload) });
  return tag;
}

function labelOf({ name, version, platform }: MirroredPayload): string {
  return `${name} ${version} for ${platform}`;
}

function typedKeys<Key extends string>(record: Partial<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(record)
    .filter((key): key is Key => Object.hasOwn(record, key))
    .sort();
}
