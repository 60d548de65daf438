import { open, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pageHeaders } from '@moby/registry-page';
import { Refusal } from '../gate/refusal.ts';
import type { PageAnswer, PageReads } from '../page/page-reads.ts';
import { searchQuery } from '../page/search-query.ts';
import type { RegistrySettings } from '../settings/registry-settings.ts';
import { isMissing } from '../storage/file-error.ts';
import type { Journal } from '../storage/open-journal.ts';
import type { StorageFolder } from '../storage/storage-folder.ts';
import { keysDocument, type SigningKeys } from '../storage/signing-keys.ts';
import { bundleName, packageFolder, tarballName } from '../storage/stored-package.ts';
import { objectMember, textMember } from '../storage/json-object.ts';
import { answer } from '../gate/answer.ts';
import { abbreviatedPackument, fullPackument, servedVersion } from './packument.ts';
import { openPreparedAnswers, type Prepared, type PreparedAnswers } from './prepared-answers.ts';
import { readRouteOf, type ReadRoute } from './read-route.ts';

export interface ReadsOptions {
  readonly settings: RegistrySettings;
  readonly storage: StorageFolder;
  readonly journal: Journal;
  readonly keys: SigningKeys;
  readonly page: Pick<PageReads, 'get' | 'search'>;
}

/** Answers a read. Resolves to false where Verdaccio is to answer it. Throws a `Refusal`. */
export type Reads = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>;

const abbreviatedType = 'application/vnd.npm.install-v1+json';

/**
 * Packages, versions, tags and tarballs, straight from the storage; everybody may read them. What isn't a read of the
 * registry doesn't reach Verdaccio either.
 */
export function openReads({ settings, storage, journal, keys, page }: ReadsOptions): Reads {
  const prepared = openPreparedAnswers(storage, settings.limits.cacheBytes);
  const reply = async (
    request: IncomingMessage,
    response: ServerResponse,
    route: Exclude<ReadRoute, { readonly kind: 'verdaccio' | 'tarball' | 'keys' | 'page' | 'search' | 'all' | 'user' }>,
  ): Promise<void> => {
    const base = settings.url?.replace(/\/$/, '') ?? baseOf(request);
    const { name } = route;
    switch (route.kind) {
      case 'package': {
        const isShort = prefersAbbreviated(request.headers.accept ?? '');
        const found = await prepared.get(name, `${isShort ? 'short' : 'full'} ${base}`, (stored) =>
          isShort ? abbreviatedPackument(stored, base) : fullPackument(stored, base),
        );
        await send(request, response, found ?? notPublished(name), isShort ? abbreviatedType : 'application/json');
        return;
      }
      case 'version': {
        const found = await prepared.get(name, `version ${route.version} ${base}`, (stored) => {
          const version = Object.hasOwn(stored.tags, route.version) ? (stored.tags[route.version] ?? '') : route.version;
          return Object.hasOwn(stored.versions, version) ? servedVersion(stored, version, base) : undefined;
        });
        await send(request, response, found ?? notPublished(`${name}@${route.version}`), 'application/json');
        return;
      }
      case 'attestations':
        answer(response, 200, await attestationsOf({ prepared, storage, ...route }));
        return;
      case 'tags':
        await send(
          request,
          response,
          (await prepared.get(name, 'tags', (stored) => stored.tags)) ?? notPublished(name),
          'application/json',
        );
    }
  };
  return async (request, response, path) => {
    const route = readRouteOf(path);
    if (route === undefined || ('name' in route && !settings.scopes.includes(route.name.slice(0, route.name.indexOf('/'))))) {
      throw new Refusal({ code: 'MOBY-D404', message: 'there is nothing at this address' });
    }
    if (route.kind === 'verdaccio') return false;
    // Who asks and doesn't take the answer keeps a file and a connection: bounded like a body that doesn't come.
    request.socket.setTimeout(settings.limits.idleMs);
    if (route.kind === 'tarball') await sendTarball(request, response, { storage, journal, name: route.name, file: route.file });
    else if (route.kind === 'keys') answer(response, 200, keysDocument(keys));
    else if (route.kind === 'page') await sendPage(request, response, await page.get(route.path));
    else if (route.kind === 'search') await sendPage(request, response, await page.search(searchQuery(request.url ?? '')));
    else if (route.kind === 'user') answer(response, 200, { _id: `org.couchdb.user:${route.user}`, name: route.user });
    else if (route.kind === 'all') throw noListOfAll();
    else await reply(request, response, route);
    return true;
  };
}

interface Attested {
  readonly prepared: PreparedAnswers;
  readonly storage: StorageFolder;
  readonly name: string;
  readonly version: string;
}

/** What came along with a version and was verified when it was published, in the form that npm's clients read. */
async function attestationsOf({ prepared, storage, name, version }: Attested): Promise<object> {
  const isAttested = await prepared.get(name, `attested ${version}`, (stored) => {
    const dist = Object.hasOwn(stored.versions, version) ? objectMember(stored.versions[version], 'dist') : {};
    const predicateType = textMember(objectMember(objectMember(dist, 'attestations'), 'provenance'), 'predicateType');
    return predicateType === undefined ? undefined : { predicateType };
  });
  if (isAttested === undefined)
    throw new Refusal({ code: 'MOBY-D404', message: `nothing was signed of \`${name}@${version}\` by its publisher` });
  const bundle: unknown = JSON.parse(await readFile(join(packageFolder(storage, name), bundleName(name, version)), 'utf8'));
  const attested: unknown = JSON.parse(String(await isAttested.plain()));
  return { attestations: [{ predicateType: textMember(attested, 'predicateType'), bundle }] };
}

/** Whether the abbreviated form is what a client likes best, as its `Accept` header weighs it. */
function prefersAbbreviated(accept: string): boolean {
  const weighed = accept
    .split(',')
    .slice(0, 20)
    .map((item) => {
      const [type = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return { type, weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0 };
    });
  const best = Math.max(...weighed.map(({ weight }) => weight));
  return weighed.find(({ weight }) => weight === best)?.type === abbreviatedType;
}

/** How the client reached this server; what a proxy says counts where the front left it. */
function baseOf(request: IncomingMessage): string {
  const { headers } = request;
  const host = single(headers['x-forwarded-host']) ?? headers.host ?? '';
  return `${single(headers['x-forwarded-proto']) === 'https' ? 'https' : 'http'}://${host}`;
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[A-Za-z0-9.:[\]-]{1,255}$/.test(header) ? header : undefined;
}

async function sendPage(request: IncomingMessage, response: ServerResponse, found: PageAnswer | undefined): Promise<void> {
  if (found === undefined) throw new Refusal({ code: 'MOBY-D404', message: 'there is nothing at this address' });
  for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
  await send(request, response, found, found.contentType);
}

async function send(request: IncomingMessage, response: ServerResponse, { etag, plain, zipped }: Prepared, type: string): Promise<void> {
  const headers = { etag, vary: 'accept, accept-encoding', 'cache-control': 'public, max-age=0, must-revalidate' };
  if (isKnown(request, etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const isZipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const bytes = await (isZipped ? zipped() : plain());
  response.writeHead(200, {
    ...headers,
    'content-type': type,
    'content-length': bytes.length,
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function isKnown(request: IncomingMessage, etag: string): boolean {
  const known = request.headers['if-none-match'];
  return (
    known !== undefined &&
    !/\bno-cache\b/.test(request.headers['cache-control'] ?? '') &&
    known.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
  );
}

interface Tarball {
  readonly storage: StorageFolder;
  readonly journal: Journal;
  readonly name: string;
  readonly file: string;
}

/** A published file; it never changes, so that whoever has it needs no other. */
async function sendTarball(request: IncomingMessage, response: ServerResponse, { storage, journal, name, file }: Tarball): Promise<void> {
  const version = file.slice(tarballName(name, '').length - '.tgz'.length, -'.tgz'.length);
  const integrity = file === tarballName(name, version) ? journal.integrityOf(name, version) : undefined;
  if (integrity === undefined) throw notPublished(file);
  const opened = await open(join(packageFolder(storage, name), file), 'r').catch((error: unknown) => {
    throw isMissing(error) ? notPublished(file) : error;
  });
  try {
    const { size } = await opened.stat();
    const headers = { etag: `"${integrity}"`, 'cache-control': 'public, max-age=31536000, immutable' };
    if (isKnown(request, headers.etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, 'content-type': 'application/octet-stream', 'content-length': size });
    if (request.method === 'HEAD') response.end();
    else await pipeline(opened.createReadStream({ autoClose: false }), response);
  } catch (error) {
    // A client that goes away in the middle is nobody's fault.
    if (!response.destroyed) throw error;
  } finally {
    await opened.close();
  }
}

function noListOfAll(): Refusal {
  return new Refusal({
    code: 'MOBY-D404',
    message:
      'there is no list of everything: ask for what you look for, as /-/v1/search?text=redis, or who offers what, at /-/moby/v1/index',
  });
}

function notPublished(what: string): never {
  throw new Refusal({ code: 'MOBY-D404', message: `\`${what}\` was never published here` });
}
