import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../server/log.ts';
import type { RegistrySettings } from '../settings/registry-settings.ts';
import { answer, refuse } from './answer.ts';
import { ClientGone } from './client-gone.ts';
import { canonicalPath } from './canonical-path.ts';
import { identityOf, type Identity } from './identity.ts';
import { Refusal } from './refusal.ts';
import type { UsersFile } from './users-file.ts';
import { storageRefusal } from './storage-refusal.ts';
import { isRead, writeRouteOf, type WriteRoute } from './write-route.ts';

/** A handler as Express calls it. */
export type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** A request that passed the gate's door, with what is known of it. */
export interface Write<Route extends WriteRoute = WriteRoute> {
  readonly request: IncomingMessage;
  readonly route: Route;
  readonly identity: Identity | undefined;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Carries out the writes; each returns its answer or throws a `Refusal`. */
export interface Writes {
  handle(write: Write): Promise<Answer>;
}

export interface GateOptions {
  readonly settings: RegistrySettings;
  readonly users: UsersFile;
  readonly writes: Writes;
  readonly log: Log;
}

/** Echoed in the answers of the gate, so that whoever asks knows that this gate is there: see `proveGate`. */
export const nonceHeader = 'x-moby-nonce';
const noncePattern = /^[0-9a-f]{32}$/;

/**
 * The gate: first of Verdaccio's middlewares, for every request. Reads pass. A write is answered here and never goes
 * further: it is one of the routes that the registry knows, by somebody who may, or it is refused. So Verdaccio's own write
 * endpoints are never reached; should they be, their permissions name a group that nobody has.
 */
export function openGate({ settings, users, writes, log }: GateOptions): Handler {
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const method = request.method ?? '';
    const path = canonicalPath(request.url ?? '');
    const route = writeRouteOf(method, path);
    if (route === undefined) throw closedRoute(method, path);
    if ('name' in route) judgeScope(route.name, settings.scopes);
    const identity = identityOf(request, { users, settings });
    const { status, body } = await writes.handle({ request, route, identity, signal: gone.signal });
    answer(response, status, body);
  };
  return (request, response, next) => {
    if (isRead(request.method)) {
      try {
        identityOf(request, { users, settings });
      } catch (error) {
        settle(error, { request, response, log });
        return;
      }
      next();
      return;
    }
    // Nothing of the body is read before it is known who asks for what.
    request.pause();
    pass(request, response).catch((error: unknown) => settle(error, { request, response, log }));
  };
}

interface Settle {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly log: Log;
}

/** Ends a request whose work threw. Never throws. */
function settle(error: unknown, { request, response, log }: Settle): void {
  if (error instanceof ClientGone) {
    response.destroy();
    return;
  }
  const refusal = refusalOf(error, log);
  const nonce = request.headers[nonceHeader];
  const details = typeof nonce === 'string' && noncePattern.test(nonce) ? { ...refusal.details, nonce } : refusal.details;
  if (!response.destroyed)
    refuse(response, new Refusal({ code: refusal.code, message: refusal.message, headers: refusal.headers, details }));
  // What still comes of the body is thrown away; the server's own limit of time ends it.
  request.resume();
}

function refusalOf(error: unknown, log: Log): Refusal {
  if (error instanceof Refusal) return error;
  const known = storageRefusal(error, log);
  if (known !== undefined) return known;
  log({ level: 'error', event: 'bug', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return new Refusal({ code: 'MOBY-D500', message: 'the registry failed; nothing was changed' });
}

function judgeScope(name: string, scopes: readonly string[]): void {
  const scope = name.slice(0, name.indexOf('/'));
  if (!scopes.includes(scope)) {
    throw new Refusal({
      code: 'MOBY-D405',
      message: `\`${scope}\` is not served here; ${scopes.map((each) => `\`${each}\``).join(', ')} is`,
    });
  }
}

function closedRoute(method: string, path: string): Refusal {
  const shown = `${method} ${path.slice(0, 120)}`;
  return new Refusal({ code: 'MOBY-D405', message: `\`${shown}\` is no write that this registry takes` });
}
