import { setTimeout as pause } from 'node:timers/promises';
import { printable, TransportError, type HttpClient, type HttpHeaders } from '@moby/content';
import { Failure } from '@moby/model';
import { readBody } from '../npm/read-body.ts';
import { registryAddress } from '../npm/registry-address.ts';
import { withoutCredentials } from '../npm/registry-client.ts';
import { answerOf, Refused, refusalOf, type WriteAnswer } from './write-answer.ts';

export interface RegistryWriterOptions {
  readonly url: string;
  readonly http: HttpClient;
  /** What an address is told of who asks; see `readNpmSettings`. */
  readonly credentials: (url: URL) => HttpHeaders;
  /** Called where the registry asks for patience. */
  readonly onPause?: (ms: number) => void;
  /** In place of the clock. */
  readonly delay?: (ms: number) => Promise<unknown>;
}

/** A registry as one writes to it. What it says is read anew each time: nothing is decided by what was kept. */
export interface RegistryWriter {
  /** With a slash at its end, and without credentials. */
  readonly label: string;
  /** Whether something is known by which it could tell who asks. */
  readonly isLoggedIn: boolean;
  /** A document of JSON; undefined where there is none. Throws `network`, `denied`, `limit`. */
  document(path: string): Promise<unknown>;
  /** Throws `network`, `denied`, `limit`. */
  bytes(address: string, limits: { readonly what: string; readonly maxBytes: number }): Promise<Uint8Array>;
  /**
   * Sends a write, again where no answer came or the registry asks for patience: it has to be one that may come twice. Throws `Refused` for
   * whatever the registry doesn't do, and `network`.
   */
  write(request: WriteRequest): Promise<WriteAnswer>;
}

export interface WriteRequest {
  readonly method: 'PUT' | 'POST';
  /** Below the registry's address. */
  readonly path: string;
  readonly body: unknown;
  /** What it is about, for messages: `@moby/redis@8.0.201`. */
  readonly what: string;
  /** Nobody is named to the registry. */
  readonly isAnonymous?: boolean;
}

const maxDocumentBytes = 64 * 1024 * 1024;
const maxAnswerBytes = 256 * 1024;
const maxReadTries = 2;
const maxWriteTries = 4;
const firstPauseMs = 500;
/** A registry that asks for more patience is told of. */
const maxPauseMs = 60_000;
const pieceBytes = 64 * 1024;

export function openRegistryWriter(options: RegistryWriterOptions): RegistryWriter {
  return new Writer(options);
}

class Writer implements RegistryWriter {
  readonly label: string;
  readonly #url: string;
  readonly #options: RegistryWriterOptions;

  constructor(options: RegistryWriterOptions) {
    this.#options = options;
    this.#url = registryAddress(options.url);
    this.label = withoutCredentials(this.#url);
    if (this.#url.startsWith('file:'))
      throw new Failure({
        code: 'usage',
        message: `\`${this.#url}\` is a registry of files, which nobody can publish to`,
        hints: ['write it anew: moby-compose registry export FOLDER', 'or name a registry that is served: --registry http://…'],
      });
  }

  get isLoggedIn(): boolean {
    return 'authorization' in this.#options.credentials(new URL(this.#url)) || new URL(this.#url).username !== '';
  }

  async document(path: string): Promise<unknown> {
    const url = new URL(path, this.#url);
    const what = `\`${withoutCredentials(url.href)}\``;
    const bytes = await this.#read(url, { accept: 'application/json', 'cache-control': 'no-cache' }, { what, maxBytes: maxDocumentBytes });
    if (bytes === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
      return value;
    } catch (cause) {
      throw new Failure({
        code: 'bad-index',
        message: `the registry ${this.label} answers ${what} with something else than JSON`,
        hints: ['is it the address of a registry? a proxy in between may answer in its place'],
        cause,
      });
    }
  }

  async bytes(address: string, limits: { readonly what: string; readonly maxBytes: number }): Promise<Uint8Array> {
    const bytes = await this.#read(new URL(address, this.#url), {}, limits);
    if (bytes !== undefined) return bytes;
    throw new Failure({ code: 'network', message: `the registry ${this.label} has lost ${limits.what}`, hints: ['tell who runs it'] });
  }

  async write({ method, path, body, what, isAnonymous }: WriteRequest): Promise<WriteAnswer> {
    const url = new URL(path, this.#url);
    const text = Buffer.from(JSON.stringify(body));
    const proof = isAnonymous === true ? {} : this.#options.credentials(url);
    const headers = { accept: 'application/json', 'content-type': 'application/json', ...proof };
    const answer = await this.#tried({ what, maxTries: maxWriteTries }, async () => {
      const response = await this.#options.http.send({
        method,
        url: url.href,
        headers,
        body: { sizeBytes: text.length, pieces: () => piecesOf(text) },
      });
      return answerOf(response, await readBody(response, { what: `the answer about ${what}`, maxBytes: maxAnswerBytes, decode: true }));
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new Refused(answer, refusalOf(answer, { what, label: this.label }));
  }

  async #read(
    url: URL,
    headers: HttpHeaders,
    { what, maxBytes }: { readonly what: string; readonly maxBytes: number },
  ): Promise<Uint8Array | undefined> {
    const answer = await this.#tried({ what, maxTries: maxReadTries }, async () => {
      const response = await this.#options.http.get(url.href, {
        headers: (at) => ({ 'accept-encoding': 'identity', ...headers, ...this.#options.credentials(at) }),
      });
      const isHere = response.status === 200;
      const bytes = await readBody(response, { what, maxBytes: isHere ? maxBytes : maxAnswerBytes, decode: false });
      return isHere ? { ...answerOf(response, new Uint8Array()), bytes } : answerOf(response, bytes);
    });
    if ('bytes' in answer) return answer.bytes;
    if ([404, 405, 410].includes(answer.status)) return undefined;
    throw refusalOf(answer, { what, label: this.label });
  }

  async #tried<Answer extends WriteAnswer>(
    { what, maxTries }: { readonly what: string; readonly maxTries: number },
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const isLast = tries === maxTries;
      const backOffMs = firstPauseMs * 2 ** (tries - 1);
      let waitMs: number;
      try {
        const answer = await work();
        const mayPass = [429, 502, 503, 504].includes(answer.status);
        waitMs = answer.retryAfterMs ?? backOffMs;
        if (!mayPass || isLast || waitMs > maxPauseMs) return answer;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        if (isLast) throw this.#silent(what, error);
        waitMs = backOffMs;
      }
      this.#options.onPause?.(waitMs);
      await (this.#options.delay ?? pause)(waitMs);
    }
  }

  #silent(what: string, cause: TransportError): Failure {
    return new Failure({
      code: 'network',
      message: `the registry ${this.label} does not answer about ${what}: ${printable(cause.message)}`,
      hints: ['is the address right, and does the registry run?', 'the same command goes on from there: what was taken is not sent twice'],
      cause,
    });
  }
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
