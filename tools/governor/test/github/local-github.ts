import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { failure, routesOf, type Answer } from './local-routes.ts';

export interface LocalPerson {
  readonly id: number;
  readonly login: string;
  readonly type?: 'User' | 'Bot';
}

/** What the server begins with. */
export interface LocalForge {
  readonly token: string;
  /** Whose token it is: a person's, or an App's by its bot. */
  readonly user: LocalPerson;
  /** By default everything that is asked for. */
  readonly permissions?: readonly Permission[];
  readonly head: string;
  /** The tip of the branch that is merged into. */
  readonly target?: string;
  readonly draft?: boolean;
  readonly author?: LocalPerson;
  readonly labels?: readonly string[];
  readonly comments?: readonly { readonly user: LocalPerson; readonly body: string }[];
  readonly reviews?: readonly { readonly user: LocalPerson | null; readonly state: string; readonly commit_id: string | null }[];
  /** Contexts that protect the branch. */
  readonly required?: readonly string[];
  readonly rules?: readonly object[];
  readonly checks?: readonly { readonly name: string; readonly status: string; readonly conclusion: string | null }[];
  readonly activity?: readonly object[];
  readonly mergedChanges?: number;
  /** Paths that the pull request touches. */
  readonly files?: readonly (string | { readonly filename: string; readonly previous_filename: string })[];
  /** Of the branch that is merged into, newest first. */
  readonly history?: readonly LocalCommit[];
}

export interface LocalCommit {
  readonly sha: string;
  readonly paths: readonly string[];
  /** What its author says of when it was, as they like. */
  readonly date?: string;
  readonly pulls?: readonly {
    readonly user: LocalPerson | null;
    readonly merged_at: string | null;
    /** As `owner/library:main`, which it is by default. */
    readonly base?: string;
  }[];
}

export type Permission = 'checks' | 'issues' | 'pull-requests' | 'contents';

/** Something that goes wrong, once, with the next request that fits. */
export interface LocalFault {
  /** As `POST /repos/o/r/check-runs`: the beginning is enough. */
  readonly request: string;
  /** `lost`: it is carried out, and nobody is told. */
  readonly kind: 'lost' | 'answer';
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LocalCheckRun {
  readonly id: number;
  readonly name: string;
  readonly head_sha: string;
  readonly external_id: string;
  status: string;
  conclusion: string | null;
  title: string;
  summary: string;
  text: string | null;
  readonly annotations: unknown[];
  readonly app: string;
}

/** What the server keeps, so that a test sees what has come of it. */
export interface LocalState {
  readonly requests: string[];
  readonly checkRuns: LocalCheckRun[];
  readonly comments: { readonly id: number; readonly user: LocalPerson; body: string }[];
  readonly labels: Map<string, object>;
  readonly onPullRequest: string[];
  head: string;
  readonly faults: LocalFault[];
}

export interface LocalGitHub extends LocalState {
  readonly url: string;
  close(): Promise<void>;
}

/** The part of GitHub that holds one pull request: owner/library#7. It checks each request against the documented shapes, and keeps what it is told. */
export async function startLocalGitHub(forge: LocalForge): Promise<LocalGitHub> {
  const state = stateOf(forge);
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `http://127.0.0.1:${address.port}`;
  const routes = routesOf(forge, state);
  return Object.assign(state, {
    url,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) if (piece instanceof Buffer) pieces.push(piece);
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    state.requests.push(line);
    const index = state.faults.findIndex((fault) => line.startsWith(fault.request));
    const [fault] = index < 0 ? [] : state.faults.splice(index, 1);
    if (fault?.kind === 'answer')
      return send(response, { status: fault.status ?? 500, body: { message: 'Server Error' }, headers: fault.headers ?? {} });
    const answer = refusalOf(request, forge.token) ?? answerTo(request, Buffer.concat(pieces));
    if (fault?.kind === 'lost') return void request.socket.destroy();
    send(response, answer);
  }

  function answerTo(request: IncomingMessage, bytes: Buffer): Answer {
    const at = new URL(request.url ?? '/', url);
    const method = request.method ?? 'GET';
    const route = routes.find((one) => one.method === method && one.pattern.test(at.pathname));
    if (route === undefined) return failure(404, 'Not Found');
    if (route.permission !== undefined && forge.permissions?.includes(route.permission) === false)
      return failure(403, 'Resource not accessible by integration');
    const body = parsed(request, bytes);
    if (body === unparsed) return failure(400, 'Problems parsing JSON');
    const parameters = (route.pattern.exec(at.pathname) ?? []).slice(1).map(decodeURIComponent);
    return paged(at, route.answer({ at, parameters, body }));
  }
}

function stateOf({ checks = [], comments = [], labels = [], head }: LocalForge): LocalState {
  return {
    requests: [],
    checkRuns: checks.map((check, index) => ({
      ...check,
      id: 100 + index,
      head_sha: head,
      external_id: '',
      title: '',
      summary: '',
      text: null,
      annotations: [],
      app: 'other-ci',
    })),
    comments: comments.map((comment, index) => ({ id: 200 + index, ...comment })),
    labels: new Map(labels.map((name) => [name.toLowerCase(), { name }])),
    onPullRequest: [...labels],
    head,
    faults: [],
  };
}

/** What GitHub asks of every request. */
function refusalOf({ headers }: IncomingMessage, token: string): Answer | undefined {
  if (headers['user-agent'] === undefined) return failure(403, 'Request forbidden by administrative rules.');
  if (headers['authorization'] !== `Bearer ${token}`) return failure(401, 'Bad credentials');
  const version = headers['x-github-api-version'];
  return version === undefined || version === '2022-11-28' ? undefined : failure(400, `${String(version)} is not a supported version`);
}

const unparsed = Symbol('no JSON');

function parsed({ headers }: IncomingMessage, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (headers['content-type']?.startsWith('application/json') !== true) return unparsed;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return value;
  } catch {
    return unparsed;
  }
}

/** A page of a list, and where the next one is. */
function paged(at: URL, answer: Answer): Answer {
  const { list, wrap } = answer;
  if (list === undefined) return answer;
  const perPage = Number(at.searchParams.get('per_page') ?? '30');
  const page = Number(at.searchParams.get('page') ?? '1');
  if (!(perPage >= 1 && perPage <= 100)) return failure(422, 'per_page is at most 100');
  const part = list.slice((page - 1) * perPage, page * perPage);
  const next = new URL(at);
  next.searchParams.set('page', String(page + 1));
  const headers = page * perPage < list.length ? { link: `<${next.href}>; rel="next", <${at.href}>; rel="first"` } : {};
  return { status: 200, headers, body: wrap === undefined ? part : { total_count: list.length, [wrap]: part } };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', date: 'Mon, 30 Nov 2026 10:00:00 GMT', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
