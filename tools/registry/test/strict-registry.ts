import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { makeSigningKey, publicKeysOf, readSigningKey, signRelease, type SigningKey } from '@moby/trust';

type Json = Record<string, unknown>;

/** What goes wrong with requests of a method whose path holds a part; so many times, by default always. */
export interface RegistryFault {
  readonly method: string;
  readonly path: string;
  times?: number;
  readonly does:
    | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
    /** Nothing is answered; what was asked is done, or not. */
    | { readonly kind: 'cut'; readonly isDone: boolean }
    /** The request waits until this resolves. */
    | { readonly kind: 'wait'; readonly until: Promise<void> };
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Json;
}

/** A registry that signs what it takes, serves keys and statements, and takes nothing that npm’s protocol doesn’t allow. */
export interface StrictRegistry {
  readonly url: string;
  readonly seen: SeenRequest[];
  readonly faults: RegistryFault[];
  /** By npm’s name; changed at will. */
  readonly documents: Map<string, Json>;
  /** By path. */
  readonly tarballs: Map<string, Buffer>;
  /** By `name@version`: the bundles that came along. */
  readonly bundles: Map<string, Json>;
  /** The document of keys; the first signs. */
  keys: readonly SigningKey[];
  close(): Promise<void>;
}

export const token = 'a.good.token';
export const password = 'open sesame';

const ownTags = /^(?:latest|next|line-.*)$/;

export async function startStrictRegistry(): Promise<StrictRegistry> {
  const key = readSigningKey(makeSigningKey(), 'the key of the registry');
  const registry = new Registry([key]);
  const server = createServer((request, response) => void registry.answer(request, response).catch(() => request.socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  registry.url = `http://127.0.0.1:${address.port}/`;
  return Object.assign(registry, {
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

class Registry {
  url = '';
  readonly seen: SeenRequest[] = [];
  readonly faults: RegistryFault[] = [];
  readonly documents = new Map<string, Json>();
  readonly tarballs = new Map<string, Buffer>();
  readonly bundles = new Map<string, Json>();
  keys: readonly SigningKey[];

  constructor(keys: readonly SigningKey[]) {
    this.keys = keys;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const path = decodeURIComponent(new URL(request.url ?? '', this.url).pathname);
    const pieces: Buffer[] = [];
    for await (const piece of request) if (piece instanceof Buffer) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    const body: unknown = text === '' ? {} : JSON.parse(text);
    this.seen.push({ method, path, authorization: request.headers.authorization, body: asObject(body) });
    const fault = this.#faultFor(method, path);
    if (fault?.kind === 'wait') await fault.until;
    if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
    if (fault?.kind === 'cut' && !fault.isDone) return void request.socket.destroy();
    const [status, answered] = this.#route({ method, path, body, authorization: request.headers.authorization });
    if (fault?.kind === 'cut') return void request.socket.destroy();
    if (answered instanceof Buffer) return void response.writeHead(status, { 'content-length': answered.length }).end(answered);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
  }

  #faultFor(method: string, path: string): RegistryFault['does'] | undefined {
    const fault = this.faults.find((one) => one.method === method && path.includes(one.path) && one.times !== 0);
    if (fault?.times !== undefined) fault.times -= 1;
    return fault?.does;
  }

  #route(asked: Asked): readonly [number, Json | Buffer] {
    const { method, path, authorization } = asked;
    if (method === 'GET') return this.#read(path);
    const login = /^\/-\/user\/org\.couchdb\.user:(.+)$/.exec(path)?.[1];
    if (login !== undefined) return logIn(login, asked);
    if (authorization !== `Bearer ${token}`) return [401, { error: 'MOBY-D401 login-needed: log in to write' }];
    const tag = /^\/-\/package\/(@[^/]+\/[^/]+)\/dist-tags\/([^/]+)$/.exec(path);
    if (tag !== null) return this.#tag(tag[1] ?? '', tag[2] ?? '', asked.body);
    const promoted = /^\/-\/moby\/v1\/package\/(@[^/]+\/[^/]+)\/promote$/.exec(path)?.[1];
    if (promoted !== undefined) return this.#setTag(promoted, 'latest', String(asObject(asked.body)['version']));
    const name = /^\/(@[^/]+\/[^/]+)$/.exec(path)?.[1];
    if (name === undefined || method !== 'PUT') return [405, { error: `MOBY-D405 closed-route: ${method} ${path}` }];
    const document = asObject(asked.body);
    return Object.keys(asObject(document['_attachments'])).length === 0 ? this.#deprecate(name, document) : this.#publish(name, document);
  }

  #read(path: string): readonly [number, Json | Buffer] {
    if (path === '/-/npm/v1/keys') return [200, { keys: publicKeysOf(this.keys).keys }];
    const attested = /^\/-\/npm\/v1\/attestations\/(.+)$/.exec(path)?.[1];
    const bundle = attested === undefined ? undefined : this.bundles.get(attested);
    if (bundle !== undefined) return [200, { attestations: [{ predicateType: 'https://slsa.dev/provenance/v1', bundle }] }];
    const found = this.tarballs.get(path) ?? this.documents.get(path.slice(1));
    return found === undefined ? [404, { error: 'not found' }] : [200, found];
  }

  #publish(name: string, body: Json): readonly [number, Json] {
    const wrong = (why: string): readonly [number, Json] => [422, { error: `MOBY-D422 malformed-body: ${why}` }];
    if (body['_id'] !== name || body['name'] !== name) return wrong('_id and name');
    const [only] = Object.entries(asObject(body['versions']));
    const [version, document] = [only?.[0] ?? '', asObject(only?.[1])];
    const tags = Object.entries(asObject(body['dist-tags']));
    if (tags.length !== 1 || tags[0]?.[1] !== version) return wrong('dist-tags');
    const attachments = Object.entries(asObject(body['_attachments']));
    const [file, attached] = attachments.find(([key]) => key.endsWith('.tgz')) ?? ['', {}];
    if (file !== `${name}-${version}.tgz`) return wrong(`the attachment ${file}`);
    const tarball = Buffer.from(String(asObject(attached)['data']), 'base64');
    if (asObject(attached)['length'] !== tarball.length) return wrong('length');
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    if (asObject(document['dist'])['integrity'] !== integrity) return wrong('dist.integrity');
    const others = attachments.filter(([key]) => key !== file);
    if (others.some(([key]) => key !== `${name}-${version}.sigstore`) || others.length > 1) return wrong('attachments');
    const before = asObject(this.documents.get(name));
    const known = asObject(asObject(before['versions'])[version]);
    if (known['dist'] !== undefined)
      return asObject(known['dist'])['integrity'] === integrity
        ? [200, { ok: 'published already' }]
        : [409, { error: 'MOBY-D409 frozen-version: it was published with other bytes' }];
    const [key] = this.keys;
    const path = `/${name}/-/${name.split('/')[1]}-${version}.tgz`;
    this.tarballs.set(path, tarball);
    const [, bundle] = others[0] ?? [];
    if (bundle !== undefined) this.bundles.set(`${name}@${version}`, asObject(JSON.parse(String(asObject(bundle)['data']))));
    const dist = {
      integrity,
      tarball: new URL(path, this.url).href,
      ...(key === undefined ? {} : { signatures: [signRelease(key, { name, version, integrity })] }),
      ...(bundle === undefined
        ? {}
        : {
            attestations: {
              url: `${this.url}-/npm/v1/attestations/${name}@${version}`,
              provenance: { predicateType: 'https://slsa.dev/provenance/v1' },
            },
          }),
    };
    const now = new Date().toISOString();
    this.documents.set(name, {
      ...before,
      name,
      'dist-tags': { ...asObject(before['dist-tags']), next: version, [tags[0]?.[0] ?? '']: version },
      time: { ...asObject(before['time']), [version]: now },
      versions: { ...asObject(before['versions']), [version]: { ...document, dist } },
    });
    return [201, { ok: `published ${name}@${version}` }];
  }

  /** Against what is stored, only deprecation texts may differ. */
  #deprecate(name: string, body: Json): readonly [number, Json] {
    const before = this.documents.get(name);
    if (before === undefined) return [404, { error: 'MOBY-D404 not-published' }];
    const plain = (versions: unknown): string =>
      JSON.stringify(Object.entries(asObject(versions)).map(([version, document]) => [version, { ...asObject(document), deprecated: '' }]));
    const same =
      plain(before['versions']) === plain(body['versions']) && JSON.stringify(before['dist-tags']) === JSON.stringify(body['dist-tags']);
    if (!same) return [422, { error: 'MOBY-D412 only-deprecation: read it again' }];
    this.documents.set(name, { ...before, versions: asObject(body['versions']) });
    return [201, { ok: 'deprecated' }];
  }

  #tag(name: string, tag: string, version: unknown): readonly [number, Json] {
    if (ownTags.test(tag)) return [403, { error: `MOBY-D411 own-tag: \`${tag}\` is set by the registry` }];
    return typeof version === 'string' ? this.#setTag(name, tag, version) : [422, { error: 'MOBY-D422 malformed-body: a version' }];
  }

  #setTag(name: string, tag: string, version: string): readonly [number, Json] {
    const before = asObject(this.documents.get(name));
    if (asObject(before['versions'])[version] === undefined) return [404, { error: 'MOBY-D404 not-published' }];
    this.documents.set(name, { ...before, 'dist-tags': { ...asObject(before['dist-tags']), [tag]: version } });
    return [201, { ok: 'tagged' }];
  }
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

function logIn(user: string, { body, authorization }: Asked): readonly [number, Json] {
  const { name, password: said } = asObject(body);
  if (authorization !== undefined || name !== user) return [422, { error: 'MOBY-D422 malformed-body: `name` and nobody’s token' }];
  return said === password
    ? [201, { ok: `you are authenticated as '${user}'`, token }]
    : [401, { error: 'MOBY-D402 login-failed: no such user with this password' }];
}

/** A value as an object; an empty one where it is none. A test looks into it freely. */
export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
