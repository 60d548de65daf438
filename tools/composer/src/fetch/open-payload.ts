import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { extractFacts, extractSymbols } from '@moby/abi';
import { decompress, derivePayload, openRecipe, pinDigest, readPayload } from '@moby/content';
import {
  Failure,
  hexOf,
  parseDigest,
  payloadSources,
  type ContentStore,
  type DebSource,
  type Digest,
  type PayloadEntry,
  type PlatformFacts,
  type PlatformPayload,
  type PlatformSymbols,
} from '@moby/model';

/** Brings pinned packages into the store. Throws `network`, `no-mirror`, `source-vanished`, `source-corrupt`, `offline`, `no-space`. */
export type Download = (pins: readonly DebSource[]) => Promise<void>;

export interface OpenedPayload {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly entries: readonly PayloadEntry[];
}

/** The packages that a payload is derived from and that the store does not have. */
export async function missingPins(payload: PlatformPayload, store: ContentStore): Promise<readonly DebSource[]> {
  const missing: DebSource[] = [];
  for (const source of payloadSources(payload)) {
    if (source.kind === 'deb' && !(await store.has(pinDigest(source)))) missing.push(source);
  }
  return missing;
}

/** The payload's tar from the store, or derived from its sources, which are in the store. */
export async function openPayload(options: {
  readonly payload: PlatformPayload;
  readonly folder: string;
  readonly store: ContentStore;
}): Promise<OpenedPayload> {
  const { payload, folder, store } = options;
  const stored = await store.read(payload.digest);
  if (stored !== undefined) return { digest: payload.digest, sizeBytes: stored.length, entries: readPayload(stored) };
  const derived = await derivePayload(openRecipe({ payload, filesFolder: join(folder, 'files'), store }));
  return { digest: derived.digest, sizeBytes: derived.size, entries: derived.entries };
}

/** The facts of an opened payload. A kernel's modules are decompressed only where `modules` says so: it takes seconds. */
export function factsOf(opened: OpenedPayload, options: { readonly modules: boolean }): Promise<PlatformFacts> {
  const entries = options.modules ? opened.entries : opened.entries.filter((entry) => !isModule(entry.path));
  return extractFacts({ payload: opened.digest, entries, decompressModule: (bytes, path) => decompress(bytes, path, path) });
}

export function symbolsOf(opened: OpenedPayload): PlatformSymbols {
  return extractSymbols({ payload: opened.digest, entries: opened.entries });
}

export function isModule(path: string): boolean {
  return /^usr\/lib\/modules\/.*\.ko(?:\.(?:xz|zst|gz))?$/.test(path);
}

/** Throws `wrong-digest` where sources give another payload than the manifest says. */
export function checkDigest(options: { readonly component: string; readonly expected: Digest; readonly opened: OpenedPayload }): void {
  const { component, expected, opened } = options;
  if (opened.digest === expected) return;
  throw new Failure({
    code: 'wrong-digest',
    message: `the payload of ${component} is sha256:${hexOf(opened.digest).slice(0, 12)}…, and its manifest says sha256:${hexOf(expected).slice(0, 12)}…`,
    hints: ['its files or its list of what is kept have changed since it was built: moby-compose component build'],
  });
}

export function sha256Of(bytes: Uint8Array): Digest {
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  if (digest === undefined) throw new TypeError('sha256 gave no digest');
  return digest;
}
