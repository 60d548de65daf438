import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, refuse } from '../gate/answer.ts';
import { canonicalPath } from '../gate/canonical-path.ts';
import { storageRefusal } from '../gate/storage-refusal.ts';
import { isRead } from '../gate/write-route.ts';
import { Refusal } from '../gate/refusal.ts';
import { judgeTokenTimes } from '../gate/token-times.ts';
import type { Reads } from '../reads/reads.ts';
import type { RegistrySettings } from '../settings/registry-settings.ts';
import type { Health } from './health.ts';
import type { Log } from './log.ts';
import type { RequestListener } from './start-verdaccio.ts';

export interface FrontOptions {
  readonly settings: RegistrySettings;
  readonly verdaccio: RequestListener;
  readonly health: Health;
  readonly log: Log;
  /** ms, monotonic. */
  readonly now: () => number;
  readonly clock: () => Date;
  readonly reads: Reads;
}

const hostPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
const bearerPattern = /^bearer [A-Za-z0-9._~+/=-]{1,4096}$/i;
const tokenPath = /^(\/-\/user\/token\/).*$/i;

/**
 * What every request meets first: one line of the log, health, an address and headers in their one spelling. Bodies are not
 * read here, nor by Verdaccio: the gate reads them once it knows who asks.
 */
export function openFront(options: FrontOptions): RequestListener {
  return (request, response) => {
    logWhenAnswered(request, response, options);
    pass(request, response, options).catch((error: unknown) => {
      const refusal = error instanceof Refusal ? error : storageRefusal(error, options.log);
      if (refusal === undefined)
        options.log({ level: 'error', event: 'bug', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      if (response.headersSent) response.destroy();
      else refuse(response, refusal ?? new Refusal({ code: 'MOBY-D500', message: 'the registry failed' }));
      request.resume();
    });
  };
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { settings, verdaccio, health, reads, clock }: FrontOptions,
): Promise<void> {
  const path = canonicalPath(request.url ?? '');
  if (isRead(request.method) && (path === '/-/healthz' || path === '/-/readyz')) {
    const { isGood, body } = path === '/-/healthz' ? health.alive() : health.ready();
    answer(response, isGood ? 200 : 503, body);
    return;
  }
  clean(request, settings);
  if (request.method === 'GET' || request.method === 'HEAD') {
    judgeQuery(request.url ?? '');
    if (await reads(request, response, path)) return;
  }
  // What everybody may read needs no token, and so no good one.
  const { authorization } = request.headers;
  if (authorization !== undefined) judgeTokenTimes(authorization, clock());
  // Body parsers leave alone what was parsed; a token in an address goes no further.
  Object.assign(request, { _body: true, body: undefined });
  if (tokenPath.test(path)) request.url = path.replace(tokenPath, '$1-');
  verdaccio(request, response);
}

/** Each name of a query once, as `name=value`: `text[]=x` would be a list where Verdaccio reads a text. */
function judgeQuery(url: string): void {
  const query = url.indexOf('?');
  if (query < 0) return;
  const names = new Set<string>();
  for (const [name, value] of new URLSearchParams(url.slice(query + 1))) {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(name) || names.has(name) || value.length > 512) {
      throw new Refusal({ code: 'MOBY-D400', message: 'each name of a query may stand once, with a text of at most 512 characters' });
    }
    names.add(name);
  }
}

/** Takes away what only a reverse proxy of ours may say, and refuses what Verdaccio would read in more than one way. */
function clean(request: IncomingMessage, settings: RegistrySettings): void {
  const { headers } = request;
  if (!settings.proxies.includes(peerOf(request))) {
    for (const name of Object.keys(headers))
      if (name.startsWith('x-forwarded-') || name === 'forwarded') Reflect.deleteProperty(headers, name);
  }
  if (headers.host === undefined || !hostPattern.test(headers.host))
    throw new Refusal({ code: 'MOBY-D400', message: 'the `Host` header is missing or malformed' });
  if (headers.authorization !== undefined && !bearerPattern.test(headers.authorization)) {
    throw new Refusal({ code: 'MOBY-D401', message: 'only tokens are taken, as `Bearer TOKEN`: get one by npm login --auth-type=legacy' });
  }
}

function peerOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** The address of the client: of the peer, or what a reverse proxy of ours says it is. */
export function addressOf(request: IncomingMessage, { proxies }: Pick<RegistrySettings, 'proxies'>): string {
  const peer = peerOf(request);
  if (!proxies.includes(peer)) return peer;
  const said = request.headers['x-forwarded-for'];
  const last = (typeof said === 'string' ? said : '').split(',').at(-1)?.trim() ?? '';
  return /^[0-9A-Fa-f:.]{2,45}$/.test(last) ? last : peer;
}

function logWhenAnswered(
  request: IncomingMessage,
  response: ServerResponse,
  { log, now, settings }: Pick<FrontOptions, 'log' | 'now' | 'settings'>,
): void {
  const startedAt = now();
  const url = request.url ?? '';
  const address = addressOf(request, settings);
  response.once('close', () => {
    const query = url.indexOf('?');
    const path = (query < 0 ? url : url.slice(0, query)).slice(0, 300);
    const user: unknown = 'remote_user' in request ? request.remote_user : undefined;
    log({
      level: 'info',
      event: 'request',
      method: request.method,
      path: path.toLowerCase().includes('token') ? path.replace(/(token(?:\/|%2f)+).*$/i, '$1-') : path,
      status: response.writableFinished ? response.statusCode : 0,
      ms: Math.round(now() - startedAt),
      address,
      ...(typeof user === 'object' && user !== null && 'name' in user && typeof user.name === 'string' ? { user: user.name } : {}),
    });
  });
}
