import type * as Http1 from 'node:http';
import type * as Https1 from 'node:https';
import { Failure } from '@moby/model';
import type { ProxySettings } from './proxy-settings.ts';

export interface HttpOptions {
  readonly proxy?: ProxySettings;
  /** A connection or body that is silent for so long is given up. */
  readonly silenceMs?: number;
  /** Connections to one host. */
  readonly parallel?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Ends with an error where the connection is cut, silent, or slower than `leastBytesPerSecond`. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection without reading on. */
  discard(): void;
}

export type HttpHeaders = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: HttpHeaders;
  readonly body?: HttpBody;
}

export interface HttpBody {
  readonly sizeBytes: number;
  pieces(): AsyncIterable<Uint8Array>;
}

export interface Http {
  /**
   * Follows redirects. A function for the headers is asked at each hop, so that what is meant for one host alone is sent to no other.
   * Throws `TransportError` where no answer comes.
   */
  get(url: string, options?: { readonly headers?: HttpHeaders | ((url: URL) => HttpHeaders) }): Promise<HttpResponse>;
  close(): void;
}

export interface HttpClient extends Http {
  /** One request: a redirect is an answer like any other. Throws `TransportError`, and what the body throws. */
  send(request: HttpRequest): Promise<HttpResponse>;
}

/** What may pass if it is tried once more, or elsewhere: no connection, silence, a cut answer, a server's own error. */
export class TransportError extends Error {
  /** No byte of an answer came. */
  readonly isUnreachable: boolean;

  constructor(message: string, options: { readonly isUnreachable: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'TransportError';
    this.isUnreachable = options.isUnreachable;
  }
}

const defaultSilenceMs = 30_000;
const defaultParallel = 8;
const maxRedirects = 5;
/** After a grace of one silence: who sends a byte now and then must not hold a run for ever. */
export const leastBytesPerSecond = 4096;

/** A client with kept connections and proxies (absolute-form requests for http, CONNECT for https). */
export function openHttp(options: HttpOptions = {}): HttpClient {
  const { proxy } = options;
  const agentOptions = {
    keepAlive: true,
    maxSockets: options.parallel ?? defaultParallel,
    ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy.http, HTTPS_PROXY: proxy.https, NO_PROXY: proxy.except } }),
  };
  let opened: Promise<Clients> | undefined;
  const silenceMs = options.silenceMs ?? defaultSilenceMs;
  const send: HttpClient['send'] = async ({ method, url, headers = {}, body }) => {
    const clients = await (opened ??= openClients(agentOptions));
    return ask({ method, url: parseUrl(url), clients, headers, body, silenceMs });
  };
  const get: Http['get'] = async (begin, { headers = {} } = {}) => {
    let at = begin;
    for (let redirects = 0; ; redirects += 1) {
      const response = await send({ method: 'GET', url: at, headers: typeof headers === 'function' ? headers(parseUrl(at)) : headers });
      const location = response.headers['location'];
      if (![301, 302, 303, 307, 308].includes(response.status) || typeof location !== 'string') return response;
      response.discard();
      if (redirects === maxRedirects) throw new TransportError(`more than ${maxRedirects} redirects`, { isUnreachable: false });
      const next = new URL(location, at);
      if (at.startsWith('https:') && next.protocol !== 'https:')
        throw new TransportError('a redirect from https to http', { isUnreachable: false });
      at = next.href;
    }
  };
  return {
    get,
    send,
    close: () => void closeClients(opened),
  };
}

interface Clients {
  readonly http: typeof Http1;
  readonly https: typeof Https1;
  readonly httpAgent: Http1.Agent;
  readonly httpsAgent: Https1.Agent;
}

async function closeClients(opened: Promise<Clients> | undefined): Promise<void> {
  const clients = await opened;
  clients?.httpAgent.destroy();
  clients?.httpsAgent.destroy();
}

/** Node's clients take longer to load than the rest of a run that downloads nothing. */
async function openClients(options: Https1.AgentOptions): Promise<Clients> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')]);
  return { http, https, httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new Failure({ code: 'invalid-input', message: `\`${text}\` is no http or https address` });
}

interface Sending {
  readonly method: HttpRequest['method'];
  readonly url: URL;
  readonly clients: Clients;
  readonly headers: HttpHeaders;
  readonly body: HttpBody | undefined;
  readonly silenceMs: number;
}

function ask({ method, url, clients, headers, body, silenceMs }: Sending): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const auth = url.username === '' ? {} : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` };
    const length = body === undefined ? {} : { 'content-length': String(body.sizeBytes) };
    const options = { ...auth, method, headers: { 'user-agent': 'moby-compose', accept: '*/*', ...length, ...headers } };
    const target = new URL(url);
    target.username = '';
    target.password = '';
    const request: Http1.ClientRequest =
      url.protocol === 'https:'
        ? clients.https.request(target, { ...options, agent: clients.httpsAgent })
        : clients.http.request(target, { ...options, agent: clients.httpAgent });
    let answer: Http1.IncomingMessage | undefined;
    request.setTimeout(silenceMs, () => (answer ?? request).destroy(new Error(`silent for ${silenceMs / 1000} s`)));
    // `setTimeout` counts from a connection on; this one covers the waiting for it too, and starts anew with each piece that is sent.
    const patience = setTimeout(() => request.destroy(new Error(`no answer for ${(2 * silenceMs) / 1000} s`)), 2 * silenceMs);
    request.once('response', (response) => {
      clearTimeout(patience);
      answer = response;
      // An answer before the end of the body: the rest is not sent, and the connection can't be used again.
      response.once('end', () => void (request.writableEnded || request.destroy()));
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: readBody(response, silenceMs),
        discard: () => request.destroy(),
      });
    });
    request.on('error', (error) => {
      clearTimeout(patience);
      reject(new TransportError(reasonOf(error), { isUnreachable: true, cause: error }));
    });
    if (body === undefined) request.end();
    else
      sendBody(request, body, { silenceMs, onPiece: () => void patience.refresh() }).catch((error: unknown) => {
        clearTimeout(patience);
        reject(error);
        request.destroy();
      });
  });
}

/** Sends the pieces as fast as they are taken; stops where the connection has closed, or an answer came before the end. */
async function sendBody(
  request: Http1.ClientRequest,
  body: HttpBody,
  { silenceMs, onPiece }: { readonly silenceMs: number; readonly onPiece: () => void },
): Promise<void> {
  const over = new AbortController();
  for (const event of ['response', 'close'] as const) request.once(event, () => over.abort());
  const begin = performance.now();
  let sent = 0;
  for await (const piece of body.pieces()) {
    if (over.signal.aborted) return;
    if (performance.now() - begin > graceMs(silenceMs, sent)) {
      request.destroy(new Error(`it takes less than ${leastBytesPerSecond} bytes a second`));
      return;
    }
    sent += piece.length;
    onPiece();
    if (!request.write(piece)) await drained(request, over.signal);
  }
  if (!over.signal.aborted) request.end();
}

function drained(request: Http1.ClientRequest, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      request.removeListener('drain', done);
      over.removeEventListener('abort', done);
      resolve();
    };
    request.on('drain', done);
    over.addEventListener('abort', done);
    if (over.aborted) done();
  });
}

/** How long so many bytes may take. In ms. */
function graceMs(silenceMs: number, bytes: number): number {
  return silenceMs + (1000 * bytes) / leastBytesPerSecond;
}

async function* readBody(response: Http1.IncomingMessage, silenceMs: number): AsyncGenerator<Uint8Array> {
  const begin = performance.now();
  let received = 0;
  try {
    for await (const piece of response) {
      if (!(piece instanceof Uint8Array)) continue;
      received += piece.length;
      if (performance.now() - begin > graceMs(silenceMs, received)) throw new Error(`slower than ${leastBytesPerSecond} bytes a second`);
      yield piece;
    }
  } catch (error) {
    throw new TransportError(reasonOf(error), { isUnreachable: false, cause: error });
  } finally {
    if (!response.complete) response.destroy();
  }
}

/** A short reason, as `ECONNREFUSED` or `silent for 30 s`. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown error';
  if ('code' in error && typeof error.code === 'string') {
    if (error.code === 'ECONNRESET') return 'the connection was cut';
    if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'its name is not known';
    if (error.code === 'ECONNREFUSED') return 'the connection was refused';
    if (/CERT|SIGNATURE/.test(error.code)) return `its certificate is not trusted: ${error.code}`;
    if (!error.code.startsWith('ERR_')) return error.code;
  }
  return error.message.split('\n')[0] ?? 'unknown error';
}
