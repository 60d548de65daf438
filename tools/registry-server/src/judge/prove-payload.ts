import { openPayloadReader, type DerivedPayload } from '@moby/composer';
import { openContentStore } from '@moby/content/store';
import { readContents, type PayloadProof, type ReleaseContents } from '@moby/governor';
import {
  canonicalJson,
  Failure,
  formatBytes,
  isPlatform,
  parseDigest,
  type ContentStore,
  type Digest,
  type DebSource,
  type Platform,
  type PlatformPayload,
} from '@moby/model';

export interface ProveRequest {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Where `files/` of the release lie. */
  readonly folder: string;
  readonly store: string;
  readonly maxBytes: number;
}

/** Derives a release's payloads for the platforms whose packages are all in the store, and compares what their bytes say with its files. */
export async function provePayload({ files, folder, store: storeFolder, maxBytes }: ProveRequest): Promise<PayloadProof> {
  const contents = await readContents(files);
  if (contents === undefined) return { kind: 'unproven', why: 'it is no component' };
  const store = openContentStore(storeFolder);
  const platforms = Object.entries(contents.manifest.payload.platforms).flatMap(([platform, payload]) =>
    isPlatform(platform) ? [{ platform, payload }] : [],
  );
  const payloads: Partial<Record<Platform, { readonly digest: Digest; readonly size: number }>> = {};
  const differing = new Set<string>();
  const missing: string[] = [];
  for (const { platform, payload } of platforms) {
    const absent = await firstAbsent(payload, store);
    if (absent !== undefined) {
      missing.push(`\`${absent.package} ${absent.version}\` is not at hand for ${platform}`);
      continue;
    }
    const bytes = debsOf(payload).reduce((sum, { size }) => sum + size, 0);
    if (bytes > maxBytes)
      return { kind: 'unproven', why: `its packages have ${formatBytes(bytes)}, and ${formatBytes(maxBytes)} are derived here` };
    const derived = await derive({ platform, payload, folder, store });
    if (derived instanceof Failure) return { kind: 'unproven', why: derived.message };
    payloads[platform] = { digest: derived.digest, size: derived.sizeBytes };
    for (const file of differingFiles(contents, platform, derived)) differing.add(file);
  }
  const [first] = missing;
  if (Object.keys(payloads).length === 0) return { kind: 'unproven', why: first ?? 'it has no payload' };
  return { kind: 'proven', payloads, differing: [...differing].sort() };
}

function debsOf({ sources }: PlatformPayload): readonly DebSource[] {
  return sources.flatMap((source) => (source.kind === 'deb' ? [source] : []));
}

async function firstAbsent(payload: PlatformPayload, store: ContentStore): Promise<DebSource | undefined> {
  for (const source of debsOf(payload)) {
    const digest = parseDigest(`sha256:${source.sha256}`);
    if (digest === undefined || !(await store.has(digest))) return source;
  }
  return undefined;
}

interface Derive {
  readonly platform: Platform;
  readonly payload: PlatformPayload;
  readonly folder: string;
  readonly store: ContentStore;
}

async function derive({ platform, payload, folder, store }: Derive): Promise<DerivedPayload | Failure> {
  const download = (): Promise<never> => Promise.reject(new Failure({ code: 'offline', message: 'a package is not at hand' }));
  try {
    return await openPayloadReader({ store, download, warn: () => undefined }).derive({ component: '', folder, platform, payload });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** Those of facts.json, symbols.json and kernel-symbols.json that say something else of a platform than its bytes. */
function differingFiles(
  { facts, symbols, kernelSymbols }: ReleaseContents,
  platform: Platform,
  derived: DerivedPayload,
): readonly string[] {
  // The digest of kernel-symbols.json stands in the facts, and is of the whole file: MOBY-P703 compares it.
  const withoutDigest = (of: typeof derived.facts | undefined): unknown =>
    of?.kernel === undefined ? of : { ...of, kernel: { ...of.kernel, symbols: undefined } };
  const hasSymbols = Object.keys(derived.symbols.files).length > 0;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['facts.json', withoutDigest(facts?.platforms[platform]), withoutDigest(derived.facts)],
    ['symbols.json', symbols?.platforms[platform], hasSymbols ? derived.symbols : undefined],
    ['kernel-symbols.json', kernelSymbols?.platforms[platform], derived.kernelSymbols],
  ];
  return pairs.flatMap(([file, said, is]) => (canonicalJson(said ?? null) === canonicalJson(is ?? null) ? [] : [file]));
}
