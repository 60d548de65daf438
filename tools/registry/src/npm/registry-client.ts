import { type Http, type HttpHeaders, type HttpResponse, printable, TransportError } from '@moby/content';
import { Failure, type Diagnostic } from '@moby/model';
import type { DocumentCache, KeptDocument } from './document-cache.ts';
import { readBody } from './read-body.ts';
import { openTurns, type Turns } from './turns.ts';

export interface RegistryClientOptions {
  /** With a slash at its end. */
  readonly url: string;
  readonly http: Http;
  /** What an address is told of who asks: that which was given for it. */
  readonly credentials: (url: URL) => HttpHeaders;
  readonly cache: DocumentCache;
  readonly offline: boolean;
  readonly warn: (finding: Diagnostic) => void;
}

const maxDocumentBytes = 64 * 1024 * 1024;
const maxTagLength = 1000;
const maxParallel = 8;
const maxTries = 2;

/** What a registry has answered: nothing new, nothing at all, or a document. */
type Answer = 'same' | 'none' | (KeptDocument & { readonly value: unknown });

/**
 * Asks a registry for documents and bytes, with bounds. A document is asked for with the ETag of what was kept; where the registry doesn't
 * answer, what was kept stands in for it, and that is said once.
 */
export class RegistryClient {
  readonly #options: RegistryClientOptions;
  readonly #turns: Turns;
  /** Why the registry is not asked any more in this run. */
  #silence: string | undefined;

  constructor(options: RegistryClientOptions) {
    this.#options = options;
    this.#turns = openTurns(maxParallel);
  }

  /** The registry as people should see it. */
  get label(): string {
    return withoutCredentials(this.#options.url);
  }

  /** A document of JSON by its path below the registry's address; undefined where the registry says that there is none. */
  document(path: string): Promise<unknown> {
    return this.#turns(() => this.#document(new URL(path, this.#options.url)));
  }

  /** Bytes from anywhere. `what` is for messages. Throws `network` where none come, `limit`, `offline`. */
  bytes(url: URL, { what, maxBytes }: { readonly what: string; readonly maxBytes: number }): Promise<Uint8Array> {
    return this.#turns(async () => {
      if (this.#isOffline(url)) throw this.#neverFetched(what);
      const got = await this.#try(async () => {
        const response = await this.#send(url, { 'accept-encoding': 'identity' });
        if (response.status === 200) return readBody(response, { what, maxBytes, decode: false });
        response.discard();
        throw this.#refusal(response.status, what) ?? statusError(response.status);
      });
      if (got instanceof Error) throw this.#unreachable(what, got.message);
      return got;
    });
  }

  async #document(url: URL): Promise<unknown> {
    const address = withoutCredentials(url.href);
    const kept = await this.#options.cache.read(address, (path) => this.#warnDamaged(path));
    const what = `\`${address}\``;
    if (this.#isOffline(url)) {
      if (kept === undefined) throw this.#neverFetched(what);
      return valueOf(kept);
    }
    const answer = this.#silence === undefined ? await this.#try(() => this.#ask(url, kept?.etag, what)) : new Error(this.#silence);
    if (answer instanceof Error) {
      if (kept === undefined) throw this.#unreachable(what, answer.message);
      if (this.#silence === undefined) this.#warnSilent(answer.message);
      this.#silence = answer.message;
      return valueOf(kept);
    }
    if (answer === 'same') return kept === undefined ? undefined : valueOf(kept);
    await this.#options.cache.write(address, answer === 'none' ? nothing : answer);
    return answer === 'none' ? undefined : answer.value;
  }

  async #ask(url: URL, etag: string | undefined, what: string): Promise<Answer> {
    const asked = etag === undefined ? {} : { 'if-none-match': etag };
    const response = await this.#send(url, { accept: 'application/json', 'accept-encoding': 'gzip', ...asked });
    if (response.status !== 200) response.discard();
    if (response.status === 304 && etag !== undefined) return 'same';
    if ([404, 405, 410].includes(response.status)) return 'none';
    if (response.status !== 200) throw this.#refusal(response.status, what) ?? statusError(response.status);
    const text = Buffer.from(await readBody(response, { what, maxBytes: maxDocumentBytes, decode: true })).toString('utf8');
    const { etag: tag } = response.headers;
    return { etag: typeof tag === 'string' && tag.length <= maxTagLength ? tag : undefined, text, value: parseJson(text) };
  }

  /** What the work gives, tried again where the way was at fault; the last trouble where it stays so. */
  async #try<T>(work: () => Promise<T>): Promise<T | TransportError> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        if (tries === maxTries) return error;
      }
    }
  }

  /** A cache on the way may answer only what the registry still says. */
  #send(url: URL, headers: HttpHeaders): Promise<HttpResponse> {
    return this.#options.http.get(url.href, {
      headers: (at) => ({ 'cache-control': 'max-age=0', ...headers, ...this.#options.credentials(at) }),
    });
  }

  #isOffline(url: URL): boolean {
    return this.#options.offline && url.protocol !== 'file:';
  }

  #refusal(status: number, what: string): Failure | undefined {
    if (status !== 401 && status !== 403) return undefined;
    const { host, pathname } = new URL(this.#options.url);
    return new Failure({
      code: 'network',
      message: `the registry ${this.label} doesn't give you ${what}: it answers ${status}`,
      hints: [`a token that may read belongs into your own ~/.npmrc: //${host}${pathname}:_authToken=TOKEN`],
    });
  }

  #unreachable(what: string, why: string): Failure {
    return new Failure({
      code: 'network',
      message: `${what} can't be had from the registry ${this.label}: ${printable(why)}`,
      hints: ['is the address right, and does the registry run?'],
    });
  }

  #neverFetched(what: string): Failure {
    return new Failure({
      code: 'offline',
      message: `${what} was not fetched before, and with --offline the registry ${this.label} isn't asked`,
      hints: ['run the command once without --offline'],
    });
  }

  #warnSilent(why: string): void {
    this.#options.warn({
      severity: 'warning',
      code: 'registry-unreachable',
      message: `the registry ${this.label} does not answer: ${printable(why)}`,
      details: ['what it said last stands in for it: what was published since is not seen'],
    });
  }

  #warnDamaged(path: string): void {
    this.#options.warn({
      severity: 'warning',
      code: 'cache-damaged',
      message: `\`${path}\` has other bytes than were kept, and counts as missing`,
    });
  }
}

/** Kept where the registry says that there is no such document: without a registry that is known then, too. */
const nothing: KeptDocument = { etag: undefined, text: '' };

function valueOf(kept: KeptDocument): unknown {
  return kept.text === '' ? undefined : JSON.parse(kept.text);
}

function statusError(status: number): TransportError {
  return new TransportError(`it answers ${status}`, { isUnreachable: false });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TransportError('its answer is not JSON', { isUnreachable: false, cause });
  }
}

/** An address without what stands in front of its host. */
export function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}
