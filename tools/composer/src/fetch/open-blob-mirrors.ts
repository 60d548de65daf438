import type { CredentialsFound, HttpClient, OciRegistry } from '@moby/content';
import { Failure, type ContentStore, type Diagnostic, type Digest, type Progress } from '@moby/model';
import type { Surroundings } from '../request.ts';

/** A payload that is wanted, by its digest. */
export interface WantedPayload {
  /** `redis 8.0.201`. */
  readonly label: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/**
 * Brings payloads into the store that a blob mirror has, their digests compared. A mirror that fails is warned of, and what none has is left
 * to others. Throws `no-space` and `io`.
 */
export type FromMirrors = (payloads: readonly WantedPayload[]) => Promise<void>;

export interface BlobMirrors {
  readonly bring: FromMirrors;
  close(): void;
}

/** Addresses with commas or spaces between them; `--blob-mirror` goes before. */
export const blobMirrorVariable = 'MOBY_COMPOSE_BLOB_MIRROR';
const maxMirrors = 16;
const parallel = 4;
/** There are other places: one that is silent is not waited for as long as the only one would be. In ms. */
const silenceMs = 10_000;
/** A connection that was cut in the middle is tried once more. */
const maxAttempts = 2;

/** Nothing is asked before something is wanted. Throws `usage` for addresses that are none. */
export async function openBlobMirrors(options: {
  readonly surroundings: Surroundings;
  readonly store: ContentStore;
  readonly isOffline: boolean;
  /** A host that the credentials of the environment are for, if they are for one that is no mirror. */
  readonly besides?: string;
}): Promise<BlobMirrors> {
  const { surroundings, store, isOffline, besides } = options;
  const addresses = addressesOf(surroundings);
  if (addresses.length === 0 || isOffline) return { bring: () => Promise.resolve(), close: () => undefined };
  const { parseOciRepository } = await import('@moby/content');
  const repositories = addresses.map((address) => parseOciRepository(address, { plainHttp: surroundings.blobMirrors.plainHttp }));
  const opened: HttpClient[] = [];
  let mirrors: Promise<readonly Mirror[]> | undefined;
  const open = async (): Promise<readonly Mirror[]> => {
    const { findCredentials, openHttp, openOciRegistry, proxySettings } = await import('@moby/content');
    const { environment } = surroundings;
    const isOneOfSeveral = new Set([...repositories.map(({ host }) => host), besides].filter((host) => host !== undefined)).size > 1;
    return Promise.all(
      repositories.map(async (repository) => {
        const http = openHttp({ silenceMs, ...(repository.isLocal ? {} : { proxy: proxySettings(environment, new Map()) }) });
        opened.push(http);
        const found = await findCredentials({ host: repository.host, env: environment, isOneOfSeveral }).catch(noteOf);
        return new Mirror(openOciRegistry({ repository, found, http, attempts: maxAttempts }), surroundings.warn);
      }),
    );
  };
  return {
    bring: async (payloads) => {
      const asked = await (mirrors ??= open());
      await bringAll(payloads, { mirrors: asked, store, progress: surroundings.progress });
    },
    close: () => opened.forEach((http) => http.close()),
  };
}

function addressesOf({ blobMirrors, environment }: Surroundings): readonly string[] {
  const addresses =
    blobMirrors.addresses.length > 0
      ? blobMirrors.addresses
      : (environment[blobMirrorVariable] ?? '').split(/[\s,]+/).filter((text) => text !== '');
  if (addresses.length <= maxMirrors) return [...new Set(addresses)];
  throw new Failure({ code: 'usage', message: `${addresses.length} blob mirrors are named; at most ${maxMirrors} are asked` });
}

/** A docker configuration that can't be read is no reason to ask nobody: it is said where credentials would have been needed. */
function noteOf(error: unknown): CredentialsFound {
  if (error instanceof Failure) return { credentials: undefined, note: error.message };
  throw error;
}

/** One mirror, for as long as it is of use: whoever did not answer or denied is not asked again in this run. */
class Mirror {
  readonly #registry: OciRegistry;
  readonly #warn: (finding: Diagnostic) => void;
  #isLeft = false;

  constructor(registry: OciRegistry, warn: (finding: Diagnostic) => void) {
    this.#registry = registry;
    this.#warn = warn;
  }

  /** Whether the store has it now. */
  async bring({ label, digest, sizeBytes }: WantedPayload, store: ContentStore, tell: (bytes: number) => void): Promise<boolean> {
    for (let attempt = 1; !this.#isLeft; attempt += 1) {
      let told = 0;
      try {
        const pieces = await this.#registry.readBlob({ digest, sizeBytes, what: `payload of ${label}` });
        if (pieces === undefined) return false;
        const counted = counting(pieces, (bytes) => {
          told += bytes;
          tell(bytes);
        });
        await store.write(counted, { expected: digest, sizeBytes });
        return true;
      } catch (error) {
        tell(-told);
        if (isEnd(error)) throw error;
        if (error instanceof Failure && error.code === 'wrong-digest') {
          this.#warn({ severity: 'warning', code: 'mirror-corrupt', message: error.message, hints: error.hints });
          return false;
        }
        if (!(error instanceof Failure) && attempt < maxAttempts) continue;
        this.#leave(error);
      }
    }
    return false;
  }

  #leave(error: unknown): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    const { label } = this.#registry.repository;
    const reason = error instanceof Error ? error.message : String(error);
    const hints = error instanceof Failure && error.code === 'denied' ? error.hints : [];
    this.#warn({ severity: 'warning', code: 'mirror-left', message: `the blob mirror ${label} is not used any more: ${reason}`, hints });
  }
}

/** What would go wrong with every other place too, and what is a bug. */
function isEnd(error: unknown): boolean {
  if (error instanceof Failure) return error.code === 'no-space' || error.code === 'io';
  return !(error instanceof Error && error.name === 'TransportError');
}

async function bringAll(
  payloads: readonly WantedPayload[],
  { mirrors, store, progress }: { readonly mirrors: readonly Mirror[]; readonly store: ContentStore; readonly progress: Progress },
): Promise<void> {
  let total = payloads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  const tell = (bytes: number): void => {
    done += bytes;
    progress.step({ step: 'fetch', done, total, unit: 'bytes' });
  };
  const queue = [...payloads].sort((a, b) => b.sizeBytes - a.sizeBytes || (a.digest < b.digest ? -1 : 1)).values();
  const lane = async (): Promise<void> => {
    for (const payload of queue) {
      let isThere = false;
      for (const mirror of mirrors) if ((isThere = await mirror.bring(payload, store, tell))) break;
      if (!isThere) total -= payload.sizeBytes;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: parallel }, lane));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function* counting(pieces: AsyncIterable<Uint8Array>, tell: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    tell(piece.length);
    yield piece;
  }
}
