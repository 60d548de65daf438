import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { packComponent } from '@moby/registry/pack';

type Json = Record<string, unknown>;

export interface Asked {
  readonly path: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** A registry that speaks npm's protocol from memory, and lies where a test wants it to. */
export interface ScratchRegistry {
  readonly url: string;
  readonly port: number;
  /** Path → document; changed at will. */
  readonly documents: Map<string, Json>;
  /** Path → bytes. */
  readonly tarballs: Map<string, Uint8Array>;
  /** All requests so far. */
  readonly asked: Asked[];
  /** Answers in place of the registry where it returns true. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean;
  publish(folder: string, change?: (version: Json) => Json): Promise<void>;
  /** The version's document. */
  version(npmName: string, npmVersion: string): Json;
  close(): Promise<void>;
}

export async function startScratchRegistry(port = 0): Promise<ScratchRegistry> {
  const documents = new Map<string, Json>([['/-/moby/v1/index', { catalogue: 1, components: {} }]]);
  const tarballs = new Map<string, Uint8Array>();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    response.on('finish', () => asked.push({ path: request.url ?? '', status: response.statusCode, headers: request.headers }));
    if (!registry.answer(request, response)) respond(request, response, documents, tarballs);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `http://127.0.0.1:${address.port}/`;
  const registry: ScratchRegistry = {
    url,
    port: address.port,
    documents,
    tarballs,
    asked,
    answer: () => false,
    publish: async (folder, change = (version) => version) => {
      const packed = await packComponent(folder, folder);
      const { npmName } = packed.manifest;
      const tarball = `/${npmName}/-/${npmName.split('/')[1]}-${packed.npmVersion}.tgz`;
      tarballs.set(tarball, packed.tarball);
      const dist = { integrity: packed.integrity, shasum: packed.shasum, tarball: new URL(tarball, url).href };
      const version = change({ ...packed.packageJson, _id: `${npmName}@${packed.npmVersion}`, dist });
      const before = documents.get(`/${npmName}`);
      documents.set(`/${npmName}`, {
        ...before,
        name: npmName,
        'dist-tags': { ...objectIn(before, 'dist-tags'), latest: packed.npmVersion },
        versions: { ...objectIn(before, 'versions'), [packed.npmVersion]: version },
      });
      const catalogue = documents.get('/-/moby/v1/index');
      if (catalogue === undefined) return;
      const components = objectIn(catalogue, 'components');
      const known: unknown = objectIn(components, npmName)['provides'];
      const provides = [...new Set([...(Array.isArray(known) ? known : []), ...Object.keys(packed.manifest.provides)])];
      documents.set('/-/moby/v1/index', { catalogue: 1, components: { ...components, [npmName]: { provides } } });
    },
    version: (npmName, npmVersion) => objectIn(objectIn(documents.get(`/${npmName}`), 'versions'), npmVersion),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return registry;
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  documents: ReadonlyMap<string, Json>,
  tarballs: ReadonlyMap<string, Uint8Array>,
): void {
  const path = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname);
  const document = documents.get(path);
  const tarball = tarballs.get(path);
  if (tarball !== undefined) {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': tarball.length }).end(tarball);
  } else if (document === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
  } else {
    const text = JSON.stringify(document);
    const etag = `"${createHash('sha1').update(text).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
    else response.writeHead(200, { etag, 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(text));
  }
}

export function objectIn(value: unknown, key: string): Json {
  const found: unknown =
    typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
  return typeof found === 'object' && found !== null ? { ...found } : {};
}
