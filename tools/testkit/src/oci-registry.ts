import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What goes wrong with requests that `method` and `path` (a part of it) fit; without `times`, always. */
export interface OciFault {
  readonly method?: string;
  readonly path: string;
  readonly times?: number;
  /** Passed over first. */
  readonly skip?: number;
  readonly does:
    | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
    /** The connection ends after so many bytes of the request's body, which are kept, or of the answer's. */
    | { readonly kind: 'cut'; readonly at: number }
    /** A blob comes with another byte at this place. */
    | { readonly kind: 'flip'; readonly at: number }
    /** A blob's bytes, and then more without end. */
    | { readonly kind: 'endless' }
    /** A byte now and then. */
    | { readonly kind: 'drip' }
    /** No answer. */
    | { readonly kind: 'silent' }
    /** The answer comes before the request's body was read. */
    | { readonly kind: 'early'; readonly status: number }
    /** A chunk is taken, and less of it is told. */
    | { readonly kind: 'keep'; readonly bytes: number }
    /** Claims that this is the digest of what was stored. */
    | { readonly kind: 'claim'; readonly digest: string };
}

export type OciAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** Tokens of `grant`, which are good for `uses` requests; `realm` in place of the registry's own. */
  | {
      readonly kind: 'bearer';
      readonly username: string;
      readonly password: string;
      readonly realm?: string;
      readonly uses?: number;
      readonly service?: string;
    };

export interface SeenOciRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly bytes: number;
}

export interface FakeOciRegistry {
  /** `127.0.0.1:40123`. */
  readonly host: string;
  readonly url: string;
  readonly requests: readonly SeenOciRequest[];
  /** By digest. */
  readonly blobs: Map<string, Buffer>;
  /** By repository and tag, as `moby/payloads:redis-8`. */
  readonly manifests: Map<string, Buffer>;
  readonly faults: OciFault[];
  /** Puts a blob there by other means. */
  put(bytes: Uint8Array): string;
  close(): Promise<void>;
}

interface FakeManifest {
  readonly mediaType: string;
  readonly config: { readonly digest: string; readonly size: number };
  readonly layers: readonly FakeManifest['config'][];
}

interface Upload {
  readonly repository: string;
  bytes: Buffer;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly fault: OciFault['does'] | undefined;
}

const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const maxSeen = 10_000;

/**
 * A registry of the OCI distribution specification 1.1 in memory, on 127.0.0.1, that takes nothing which the specification doesn't
 * allow: chunks in order with the right Content-Range, digests that are those of the bytes, manifests whose blobs are there.
 */
export async function startFakeOciRegistry(auth: OciAuth = { kind: 'none' }): Promise<FakeOciRegistry> {
  const registry = new FakeRegistry(auth);
  const server = createServer((request, response) => void registry.answer(request, response).catch(() => request.socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the registry has no port');
  registry.host = `127.0.0.1:${address.port}`;
  return {
    host: registry.host,
    url: `http://${registry.host}`,
    requests: registry.requests,
    blobs: registry.blobs,
    manifests: registry.manifests,
    faults: registry.faults,
    put: (bytes) => registry.put(Buffer.from(bytes)),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

class FakeRegistry {
  host = '';
  readonly requests: SeenOciRequest[] = [];
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, Buffer>();
  readonly faults: OciFault[] = [];
  readonly #hits = new Map<OciFault, number>();
  readonly #uploads = new Map<string, Upload>();
  readonly #tokens = new Map<string, { scopes: readonly string[]; uses: number }>();
  readonly #auth: OciAuth;

  constructor(auth: OciAuth) {
    this.#auth = auth;
  }

  put(bytes: Buffer): string {
    const digest = digestOf(bytes);
    this.blobs.set(digest, bytes);
    return digest;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', `http://${this.host}`);
    const { method = '' } = request;
    const seen = { method, path: `${url.pathname}${url.search}`, authorization: request.headers.authorization, bytes: 0 };
    if (this.requests.length < maxSeen) this.requests.push(seen);
    request.on('data', (piece: Buffer) => (seen.bytes += piece.length));
    request.pause();
    const fault = this.#faultFor(method, seen.path);
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
    if (fault?.kind === 'early') return void response.writeHead(fault.status, { 'content-type': 'application/json' }).end('{}');
    if (url.pathname === '/token') return this.#token(url, request, response);
    if (!this.#isAllowed(url, request, response)) return;
    await this.#route({ request, response, url, fault });
  }

  async #route(exchange: Exchange): Promise<void> {
    const { url, request, response } = exchange;
    const { method = '' } = request;
    if (url.pathname === '/v2/') return void response.writeHead(200).end('{}');
    const [, name = '', kind = '', rest = ''] = /^\/v2\/(.+?)\/(blobs|manifests)\/(.*)$/.exec(url.pathname) ?? [];
    if (!namePattern.test(name)) return fail(response, 400, 'NAME_INVALID');
    if (kind === 'manifests')
      return method === 'PUT' ? this.#putManifest(name, rest, exchange) : this.#getManifest(`${name}:${rest}`, response);
    if (method === 'POST' && rest === 'uploads/') return this.#begin(name, exchange);
    const upload = /^uploads\/([0-9a-f-]+)$/.exec(rest)?.[1];
    if (upload !== undefined) return this.#upload(upload, exchange);
    if (method === 'GET' || method === 'HEAD') return this.#getBlob(rest, exchange);
    return fail(response, 405, 'UNSUPPORTED');
  }

  #begin(repository: string, { url, response }: Exchange): void {
    const mount = url.searchParams.get('mount') ?? '';
    if (this.blobs.has(mount)) return void response.writeHead(201, { location: `/v2/${repository}/blobs/${mount}` }).end();
    const id = randomUUID();
    this.#uploads.set(id, { repository, bytes: Buffer.alloc(0) });
    response.writeHead(202, { location: `/v2/${repository}/blobs/uploads/${id}?_state=a%2Fb~c`, range: '0-0' }).end();
  }

  async #upload(id: string, exchange: Exchange): Promise<void> {
    const { request, response, url } = exchange;
    const upload = this.#uploads.get(id);
    if (upload === undefined || url.searchParams.get('_state') !== 'a/b~c') return fail(response, 404, 'BLOB_UPLOAD_UNKNOWN');
    const location = `/v2/${upload.repository}/blobs/uploads/${id}?_state=a%2Fb~c`;
    if (request.method === 'GET') return void response.writeHead(204, { location, range: rangeOf(upload) }).end();
    if (request.headers['content-type'] !== 'application/octet-stream') return fail(response, 400, 'UNSUPPORTED');
    const range = request.headers['content-range'];
    const length = Number(request.headers['content-length'] ?? Number.NaN);
    const at = upload.bytes.length;
    if (request.method === 'PATCH' && range !== `${at}-${at + length - 1}`) return fail(response, 416, 'BLOB_UPLOAD_INVALID');
    if (!(await this.#take(upload, exchange))) return;
    if (request.method === 'PATCH') return void response.writeHead(202, { location, range: rangeOf(upload) }).end();
    const digest = url.searchParams.get('digest') ?? '';
    this.#uploads.delete(id);
    if (digestOf(upload.bytes) !== digest) return fail(response, 400, 'DIGEST_INVALID');
    this.blobs.set(digest, upload.bytes);
    const { fault } = exchange;
    const claimed = fault?.kind === 'claim' ? fault.digest : digest;
    response.writeHead(201, { location: `/v2/${upload.repository}/blobs/${digest}`, 'docker-content-digest': claimed }).end();
  }

  /** False where the connection was cut in the middle. */
  async #take(upload: Upload, { request, fault }: Exchange): Promise<boolean> {
    const pieces: Buffer[] = [upload.bytes];
    let received = 0;
    for await (const piece of request) {
      if (!Buffer.isBuffer(piece)) continue;
      const isCut = fault?.kind === 'cut' && received + piece.length > fault.at;
      pieces.push(isCut ? piece.subarray(0, fault.at - received) : piece);
      received += piece.length;
      if (!isCut) continue;
      upload.bytes = Buffer.concat(pieces);
      request.socket.destroy();
      return false;
    }
    const kept = Buffer.concat(pieces);
    upload.bytes = fault?.kind === 'keep' ? kept.subarray(0, upload.bytes.length + fault.bytes) : kept;
    return true;
  }

  #getBlob(digest: string, { request, response, fault }: Exchange): void {
    const blob = this.blobs.get(digest);
    if (blob === undefined) return fail(response, 404, 'BLOB_UNKNOWN');
    const sized = fault?.kind === 'endless' ? {} : { 'content-length': blob.length };
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'docker-content-digest': digest, ...sized });
    if (request.method === 'HEAD') return void response.end();
    switch (fault?.kind) {
      case 'cut':
        return void response.write(blob.subarray(0, fault.at), () => request.socket.destroy());
      case 'flip': {
        const other = Buffer.from(blob);
        other[fault.at] = (other[fault.at] ?? 0) ^ 1;
        return void response.end(other);
      }
      case 'endless': {
        const more = (): void => {
          while (!response.destroyed && response.write(blob));
        };
        response.on('drain', more);
        return more();
      }
      case 'drip': {
        let at = 0;
        const timer = setInterval(() => response.write(blob.subarray(at, (at += 1))), 20);
        response.on('close', () => clearInterval(timer));
        return;
      }
      default:
        response.end(blob);
    }
  }

  async #putManifest(name: string, reference: string, { request, response, fault }: Exchange): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) if (Buffer.isBuffer(piece)) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const manifest: unknown = JSON.parse(bytes.toString());
    if (!isManifest(manifest)) return fail(response, 400, 'MANIFEST_INVALID');
    if (!tagPattern.test(reference)) return fail(response, 400, 'TAG_INVALID');
    if (request.headers['content-type'] !== manifest.mediaType) return fail(response, 400, 'MANIFEST_INVALID');
    for (const { digest, size } of [manifest.config, ...manifest.layers])
      if (this.blobs.get(digest)?.length !== size) return fail(response, 404, 'MANIFEST_BLOB_UNKNOWN');
    this.manifests.set(`${name}:${reference}`, bytes);
    response.writeHead(201, { location: '/', 'docker-content-digest': fault?.kind === 'claim' ? fault.digest : digestOf(bytes) }).end();
  }

  #getManifest(key: string, response: ServerResponse): void {
    const bytes = this.manifests.get(key);
    if (bytes === undefined) return fail(response, 404, 'MANIFEST_UNKNOWN');
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end(bytes);
  }

  #isAllowed(url: URL, request: IncomingMessage, response: ServerResponse): boolean {
    const auth = this.#auth;
    const given = request.headers.authorization ?? '';
    if (auth.kind === 'none') return true;
    if (auth.kind === 'basic') {
      if (given === basicOf(auth)) return true;
      response.setHeader('www-authenticate', 'Basic realm="the registry", charset="UTF-8"');
      fail(response, 401, 'UNAUTHORIZED');
      return false;
    }
    const [, name = ''] = /^\/v2\/(.+?)\/(?:blobs|manifests)\//.exec(url.pathname) ?? [];
    const action = ['GET', 'HEAD'].includes(request.method ?? '') && !url.pathname.includes('/uploads/') ? 'pull' : 'pull,push';
    const scope = name === '' ? '' : `repository:${name}:${action}`;
    const token = this.#tokens.get(given.replace(/^Bearer /, ''));
    if (token !== undefined && token.uses > 0 && (scope === '' || token.scopes.some((granted) => granted.startsWith(scope)))) {
      token.uses -= 1;
      return true;
    }
    const realm = auth.realm ?? `http://${this.host}/token`;
    response.setHeader(
      'www-authenticate',
      `Bearer realm="${realm}",service="${auth.service ?? 'fake'}"${scope === '' ? '' : `,scope="${scope}"`}`,
    );
    fail(response, 401, 'UNAUTHORIZED');
    return false;
  }

  #token(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const auth = this.#auth;
    if (auth.kind !== 'bearer' || request.headers.authorization !== basicOf(auth)) return fail(response, 401, 'DENIED');
    const token = randomUUID();
    this.#tokens.set(token, { scopes: url.searchParams.getAll('scope'), uses: auth.uses ?? Number.POSITIVE_INFINITY });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token, expires_in: 300 }));
  }

  #faultFor(method: string, path: string): OciFault['does'] | undefined {
    for (const fault of this.faults) {
      if ((fault.method !== undefined && fault.method !== method) || !path.includes(fault.path)) continue;
      const hits = (this.#hits.get(fault) ?? 0) + 1;
      this.#hits.set(fault, hits);
      const skip = fault.skip ?? 0;
      if (hits > skip && hits <= skip + (fault.times ?? Number.POSITIVE_INFINITY)) return fault.does;
    }
    return undefined;
  }
}

function isManifest(value: unknown): value is FakeManifest {
  return typeof value === 'object' && value !== null && 'mediaType' in value && 'config' in value && 'layers' in value;
}

function rangeOf({ bytes }: Upload): string {
  return `0-${Math.max(0, bytes.length - 1)}`;
}

function basicOf({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function fail(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
}
