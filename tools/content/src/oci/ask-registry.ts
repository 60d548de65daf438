import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '@moby/model';
import { printable } from '../archive/bad-archive.ts';
import { type HttpClient, type HttpRequest, type HttpResponse, TransportError } from '../download/open-http.ts';
import type { Authorization } from './authorize.ts';
import { drain, headerOf, maxErrorBytes, readJson } from './read-answer.ts';
import type { OciRepository } from './repository.ts';

export interface RegistryRequest {
  readonly method: HttpRequest['method'];
  /** Below `/v2/`, or a whole address that the registry has given. */
  readonly at: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpRequest['body'];
  /** For messages: `payload of redis 8.0.201`. */
  readonly what: string;
  /** It is not sent again by itself: how far it came has to be asked first. */
  readonly once?: boolean;
}

export interface RegistryAnswer {
  readonly response: HttpResponse;
  /** The address that has answered. */
  readonly address: string;
}

export interface RegistryAccess {
  readonly repository: OciRepository;
  readonly http: HttpClient;
  readonly authorization: Authorization;
  /** Why there are no credentials, for whoever is denied. */
  readonly note: string | undefined;
  /** How often a request is sent before it is given up. */
  readonly attempts: number;
  readonly delay: ((ms: number) => Promise<void>) | undefined;
}

const firstPauseMs = 500;
/** A server that asks for patience gets so much of it. */
const maxPauseMs = 30_000;
const maxRedirects = 5;
const maxChallenges = 2;

/**
 * Asks the registry: answers its challenges, follows redirects of reads, and tries again what may pass. Credentials go to the registry's
 * own origin alone, and never along a redirect. Throws `denied`, `network`, `TransportError` for requests that are sent once.
 */
export async function askRegistry(request: RegistryRequest, access: RegistryAccess): Promise<RegistryAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await askAuthorized(request, access);
      const { status } = answer.response;
      const mayPass = status === 429 || status >= 500;
      if (!mayPass || attempt === access.attempts || request.once === true) return answer;
      await drain(answer.response);
      await wait(access, pauseOf(answer.response, attempt));
    } catch (error) {
      if (!(error instanceof TransportError) || request.once === true) throw error;
      if (attempt === access.attempts) throw unreachable(request.what, access, error);
      await wait(access, firstPauseMs * 2 ** (attempt - 1));
    }
  }
}

export async function wait({ delay }: RegistryAccess, ms: number): Promise<void> {
  await (delay === undefined ? pause(ms) : delay(ms));
}

/** The pause before another attempt, in ms: what the server asks for, within a bound. */
function pauseOf(response: HttpResponse, attempt: number): number {
  const seconds = Number(headerOf(response, 'retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(1000 * seconds, maxPauseMs) : firstPauseMs * 2 ** (attempt - 1);
}

async function askAuthorized(request: RegistryRequest, access: RegistryAccess): Promise<RegistryAnswer> {
  const { authorization } = access;
  for (let challenges = 0; ; challenges += 1) {
    const answer = await askRedirected(request, access);
    const { response, address } = answer;
    const asked = headerOf(response, 'www-authenticate');
    // Only the registry itself may ask: whoever a redirect leads to has no say in where credentials go.
    if (response.status !== 401 || asked === undefined || challenges === maxChallenges || !isOwn(address, access.repository)) return answer;
    const before = authorization.header;
    await drain(response);
    if (!(await authorization.answer(asked)) || authorization.header === before) throw denied(request.what, access, '401');
  }
}

async function askRedirected(request: RegistryRequest, access: RegistryAccess): Promise<RegistryAnswer> {
  const { repository, authorization, http } = access;
  const { method, headers = {}, body } = request;
  let address = new URL(request.at, `${repository.origin}/v2/`).href;
  for (let redirects = 0; ; redirects += 1) {
    const isFirst = redirects === 0 && isOwn(address, repository);
    const proof = isFirst && authorization.header !== undefined ? { authorization: authorization.header } : {};
    const response = await http.send({ method, url: address, headers: { ...headers, ...proof }, ...(body === undefined ? {} : { body }) });
    const location = headerOf(response, 'location');
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isRead || ![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return { response, address };
    response.discard();
    if (redirects === maxRedirects) throw broken(request.what, repository, `sends on more than ${maxRedirects} times`);
    address = nextAddress(location, address, access, request.what);
  }
}

/** An address that the registry gives, for a redirect or an upload. Throws `network` for one that is none or is less safe. */
export function nextAddress(location: string, from: string, { repository }: RegistryAccess, what: string): string {
  const next = URL.parse(location, from);
  if (next === null || !/^https?:$/.test(next.protocol) || next.username !== '')
    throw broken(what, repository, `sends on to \`${printable(location.slice(0, 200))}\`, which is no address`);
  if (from.startsWith('https:') && next.protocol !== 'https:') throw broken(what, repository, 'sends on from https to http');
  return next.href;
}

export function isOwn(address: string, repository: OciRepository): boolean {
  return new URL(address).origin === repository.origin;
}

/** The failure that an answer is which is none of those that were hoped for. Reads the registry's words. */
export async function refused({ response }: RegistryAnswer, what: string, access: RegistryAccess): Promise<Failure> {
  const { status } = response;
  const words = await wordsOf(response);
  const said = `${status}${words === '' ? '' : `: ${words}`}`;
  if (status === 401 || status === 403) return denied(what, access, said);
  const { repository } = access;
  if (status === 404)
    return new Failure({
      code: 'not-found',
      message: `${repository.label} has no place for the ${what}: ${said}`,
      hints: ['look at the name of the repository'],
    });
  return broken(what, repository, `answers ${said}`);
}

export function denied(what: string, { repository, note }: RegistryAccess, said: string): Failure {
  return new Failure({
    code: 'denied',
    message: `\`${repository.host}\` denies the ${what} in ${repository.label}: ${said}`,
    hints: [
      ...(note === undefined ? [] : [note]),
      `log in: docker login ${repository.host}; or give --username NAME, with the password in MOBY_COMPOSE_MIRROR_PASSWORD`,
    ],
  });
}

export function unreachable(what: string, { repository, attempts }: RegistryAccess, cause: Error): Failure {
  return new Failure({
    code: 'network',
    message: `the ${what} in ${repository.label} failed${attempts === 1 ? '' : ` after ${attempts} attempts`}: ${cause.message}`,
    hints: [`is there a registry at \`${repository.origin}\`?`, 'what was pushed is kept: the same command goes on from there'],
    cause,
  });
}

function broken(what: string, repository: OciRepository, fault: string): Failure {
  return new Failure({ code: 'network', message: `\`${repository.host}\` ${fault} (${what} in ${repository.label})` });
}

/** `errors` of an answer (OCI distribution specification, "Error Codes"), made harmless for a terminal. */
async function wordsOf(response: HttpResponse): Promise<string> {
  const answer = await readJson(response, maxErrorBytes).catch(() => undefined);
  const errors: unknown = typeof answer === 'object' && answer !== null && 'errors' in answer ? answer.errors : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== 'object' || first === null) return '';
  const parts = ['code' in first ? first.code : '', 'message' in first ? first.message : ''];
  return printable(
    parts
      .filter((part) => typeof part === 'string' && part !== '')
      .join(' ')
      .slice(0, 200),
  );
}
