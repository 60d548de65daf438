import { setTimeout as pause } from 'node:timers/promises';
import { type HttpClient, type HttpResponse, printable, TransportError } from '@moby/content';
import { Failure, formatBytes } from '@moby/model';
import { memberOf, textAt } from './answers.ts';

/** GitHub's REST API as one user of it. A redirect is never followed: the token is for this address alone. */
export interface GitHubApi {
  /** Asked again while it may pass. Throws `network`, `denied`, `not-found`, `limit`. */
  get(path: string): Promise<GitHubAnswer>;
  /** All elements of a list, page by page; `member` names the list where it is wrapped. Throws `limit` where there are more than `maxPages`. */
  list(path: string, member?: string): Promise<readonly unknown[]>;
  /**
   * Sent once, but where GitHub says that it wasn't carried out and may be later. `unknown`: whether it was carried out nobody knows, and
   * has to be looked at. Throws as `get` does, and `refused`.
   */
  write(request: GitHubWrite): Promise<GitHubAnswer | UnknownOutcome>;
}

export interface GitHubAnswer {
  readonly kind: 'answer';
  readonly body: unknown;
  /** By the forge's own clock. */
  readonly date: Date | undefined;
}

export interface UnknownOutcome {
  readonly kind: 'unknown';
  /** What to throw where looking doesn't help. */
  readonly failure: Failure;
}

export interface GitHubWrite {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** A status that means that it has been so before, as 404 for what was to be taken away. */
  readonly already?: number;
}

export interface GitHubApiOptions {
  /** As `https://api.github.com`; of GitHub Enterprise Server `https://HOST/api/v3`. */
  readonly url: string;
  readonly token: string;
  readonly http: HttpClient;
  readonly onPause?: (ms: number) => void;
  /** In place of the clock. */
  readonly delay?: (ms: number) => Promise<unknown>;
}

/** A hundred comments of the greatest length. */
const maxAnswerBytes = 64 * 1024 ** 2;
const maxErrorBytes = 64 * 1024;
const maxPages = 100;
const maxTries = 4;
const firstPauseMs = 1000;
/** GitHub's own wish for more patience is told of, not followed. */
const maxPauseMs = 60_000;
const apiVersion = '2022-11-28';

/** Throws `usage` for an address or a token that can't be one. */
export function openGitHubApi(options: GitHubApiOptions): GitHubApi {
  const address = apiAddress(options.url);
  if (!/^[\x21-\x7e]{1,4096}$/.test(options.token))
    throw new Failure({
      code: 'usage',
      message: 'the token has characters that no token has',
      hints: ['set GITHUB_TOKEN to the token alone'],
    });
  const client: Client = { ...options, address };
  const get = async (path: string): Promise<GitHubAnswer & { readonly next?: string }> => {
    const answer = await tried(client, { method: 'GET', path });
    if (answer.kind === 'answer') return answer;
    throw answer.failure;
  };
  return {
    get,
    list: async (path, member) => {
      const found: unknown[] = [];
      let at: string | undefined = `${path}${path.includes('?') ? '&' : '?'}per_page=100`;
      for (let page = 0; at !== undefined; page += 1) {
        if (page === maxPages)
          throw new Failure({ code: 'limit', message: `\`${path}\` has more than ${maxPages} pages, which is all that is read of it` });
        const { body, next }: GitHubAnswer & { readonly next?: string } = await get(at);
        const elements: unknown = member === undefined ? body : memberOf(body, member);
        if (!isList(elements)) throw strange(client, path);
        found.push(...elements);
        at = next;
      }
      return found;
    },
    write: async (request) => tried(client, request),
  };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

interface Client extends GitHubApiOptions {
  readonly address: string;
}

interface Request {
  readonly method: 'GET' | GitHubWrite['method'];
  readonly path: string;
  readonly body?: object;
  readonly already?: number;
}

type Answered = GitHubAnswer & { readonly next?: string };

async function tried(client: Client, request: Request): Promise<Answered | UnknownOutcome> {
  const what = `${request.method} ${request.path}`;
  for (let tries = 1; ; tries += 1) {
    const isLast = tries === maxTries;
    let waitMs = firstPauseMs * 2 ** (tries - 1);
    try {
      const { response, bytes } = await send(client, request);
      const { status } = response;
      if ((status >= 200 && status < 300) || status === request.already) return answerOf(client, { request, response, bytes });
      const patience = patienceMs(response);
      const failure = failureOf(client, { request, response, bytes });
      // Too many requests were not carried out; of an error of the server nobody knows.
      const isRefused = patience !== undefined || status === 429;
      if (!isRefused && status < 500) throw failure;
      if (!isRefused && request.method !== 'GET') return { kind: 'unknown', failure };
      waitMs = patience ?? waitMs;
      if (isLast) throw failure;
      if (waitMs > maxPauseMs) throw impatient(client, what, waitMs);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      const failure = silent(client, what, error);
      if (request.method !== 'GET') return { kind: 'unknown', failure };
      if (isLast) throw failure;
    }
    await waitFor(client, waitMs);
  }
}

export async function waitFor({ onPause, delay }: Pick<GitHubApiOptions, 'onPause' | 'delay'>, ms: number): Promise<void> {
  onPause?.(ms);
  await (delay ?? pause)(ms);
}

async function send(client: Client, { method, path, body }: Request): Promise<{ readonly response: HttpResponse; readonly bytes: Buffer }> {
  const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const response = await client.http.send({
    method,
    url: `${client.address}${path}`,
    headers: {
      accept: 'application/vnd.github+json',
      'accept-encoding': 'identity',
      authorization: `Bearer ${client.token}`,
      'x-github-api-version': apiVersion,
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(text === undefined ? {} : { body: { sizeBytes: text.length, pieces: () => onePiece(text) } }),
  });
  const isGood = response.status >= 200 && response.status < 300;
  return { response, bytes: await readBytes(response, { path, maxBytes: isGood ? maxAnswerBytes : maxErrorBytes, isGood }) };
}

async function* onePiece(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

interface ToRead {
  readonly path: string;
  readonly maxBytes: number;
  readonly isGood: boolean;
}

async function readBytes(response: HttpResponse, { path, maxBytes, isGood }: ToRead): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body) {
    size += piece.length;
    if (size > maxBytes) {
      response.discard();
      if (!isGood) break;
      throw new Failure({ code: 'limit', message: `the answer to \`${path}\` has more than ${formatBytes(maxBytes)}` });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

interface Received {
  readonly request: Request;
  readonly response: HttpResponse;
  readonly bytes: Buffer;
}

function answerOf(client: Client, { request, response, bytes }: Received): Answered {
  const next = nextPage(client, headerOf(response, 'link'));
  const seconds = Date.parse(headerOf(response, 'date') ?? '');
  return {
    kind: 'answer',
    body: bytes.length === 0 ? undefined : parsed(client, request.path, bytes),
    date: Number.isNaN(seconds) ? undefined : new Date(seconds),
    ...(next === undefined ? {} : { next }),
  };
}

function parsed(client: Client, path: string, bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return value;
  } catch {
    throw strange(client, path);
  }
}

/** The path of `rel="next"` (RFC 8288), which has to be at the same address. */
function nextPage({ address }: Client, link: string | undefined): string | undefined {
  const next = /<([^<>]{1,2000})>\s*;\s*rel="next"/.exec(link ?? '')?.[1];
  if (next === undefined) return undefined;
  if (next.startsWith(`${address}/`)) return next.slice(address.length);
  throw new Failure({
    code: 'network',
    message: `\`${address}\` sends elsewhere for the next page of a list, and the token goes nowhere else`,
    hints: ['name the address that the API has itself: GITHUB_API_URL'],
  });
}

/** How long GitHub wants to be left alone: `retry-after`, or until the hour's requests are given anew, by its own clock. In ms. */
function patienceMs(response: HttpResponse): number | undefined {
  if (response.status !== 403 && response.status !== 429 && response.status !== 503) return undefined;
  const seconds = Number(headerOf(response, 'retry-after') ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
  if (headerOf(response, 'x-ratelimit-remaining') !== '0') return undefined;
  const reset = Number(headerOf(response, 'x-ratelimit-reset') ?? Number.NaN) * 1000;
  const now = Date.parse(headerOf(response, 'date') ?? '');
  return Number.isFinite(reset) && !Number.isNaN(now) ? Math.max(reset - now, firstPauseMs) : undefined;
}

function failureOf(client: Client, { request, response, bytes }: Received): Failure {
  const { status } = response;
  const what = `${request.method} ${request.path}`;
  const said = `${status}${wordsOf(client, bytes)}`;
  const message = `\`${client.address}\` answers ${what} with ${said}`;
  if (status >= 300 && status < 400)
    return new Failure({
      code: 'network',
      message: `${message}, and nothing is sent to where an answer leads`,
      hints: ['a repository that was renamed is named as it is called today'],
    });
  if (status === 401) return new Failure({ code: 'denied', message, hints: ['is GITHUB_TOKEN the token, and not over yet?'] });
  if (status === 403)
    return new Failure({
      code: 'denied',
      message,
      hints: ['the token needs the permissions `checks: write`, `pull-requests: write` and `issues: write`; a check run, that of an App'],
    });
  if (status === 404 || status === 410)
    return new Failure({
      code: 'not-found',
      message,
      hints: ['look at the names of the owner and the repository, and at the number; GitHub also hides what a token may not see'],
    });
  if (status === 429 || status >= 500) return new Failure({ code: 'network', message, hints: ['the same command goes on from there'] });
  return new Failure({ code: 'refused', message });
}

/** GitHub's own words, made harmless for a terminal, without the token. */
function wordsOf({ token }: Client, bytes: Buffer): string {
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    return '';
  }
  const errors = memberOf(body, 'errors');
  const details = (Array.isArray(errors) ? errors : []).slice(0, 5).map((error: unknown) => {
    if (typeof error === 'string') return error;
    return textAt(error, 'message') ?? [textAt(error, 'resource'), textAt(error, 'field'), textAt(error, 'code')].filter(Boolean).join(' ');
  });
  const words = [textAt(body, 'message') ?? '', ...details].filter((text) => text !== '').join(': ');
  return words === '' ? '' : `, ${printable(words.slice(0, 1000).replaceAll(token, '***'))}`;
}

function silent({ address }: Client, what: string, cause: TransportError): Failure {
  return new Failure({
    code: 'network',
    message: `\`${address}\` does not answer ${what}: ${printable(cause.message)}`,
    hints: ['the same command goes on from there: nothing is made twice'],
    cause,
  });
}

function impatient({ address }: Client, what: string, waitMs: number): Failure {
  return new Failure({
    code: 'network',
    message: `\`${address}\` wants ${what} to wait ${Math.ceil(waitMs / 1000)} s; at most ${maxPauseMs / 1000} s are waited`,
    hints: ['the same command goes on from there: nothing is made twice'],
  });
}

function strange({ address }: Client, path: string): Failure {
  return new Failure({
    code: 'network',
    message: `\`${address}\` answers \`${path}\` with something else than GitHub's API does`,
    hints: ['is it the address of the API? https://api.github.com, or https://HOST/api/v3 of GitHub Enterprise Server'],
  });
}

/** Without a slash at its end. The token is sent over TLS, or on this machine. */
function apiAddress(text: string): string {
  const url = URL.parse(text);
  const isHere = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (
    url === null ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== '' ||
    !(url.protocol === 'https:' || (isHere && url.protocol === 'http:'))
  )
    throw new Failure({
      code: 'usage',
      message: `\`${text.slice(0, 200)}\` is no address that a token is sent to`,
      hints: ['as https://api.github.com, or https://HOST/api/v3 of GitHub Enterprise Server'],
    });
  return url.href.replace(/\/+$/, '');
}

function headerOf(response: HttpResponse, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
