import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openHttp } from '@moby/content';
import { Failure, parseComponentName, parseVersion, type ComponentName, type Diagnostic, type Registry, type Version } from '@moby/model';
import { treeDigest } from '@moby/registry';
import { openNpmRegistry, type NpmRegistryOptions } from '@moby/registry/npm';
import { expectGolden, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { objectIn, startScratchRegistry, type ScratchRegistry } from './scratch-registry.ts';
import { writeBelow, writeComponent } from './write-component.ts';

let server: ScratchRegistry;
let folder = '';
let cacheFolder = '';
let warnings: Diagnostic[] = [];
const http = openHttp({ silenceMs: 2000 });

beforeEach(async () => {
  server = await startScratchRegistry();
  folder = temporaryFolder();
  cacheFolder = join(folder, 'cache');
  warnings = [];
  writeComponent(join(folder, 'zlib/1.3'), { name: 'zlib', upstream: '1.3.1' });
  writeBelow(join(folder, 'zlib/1.3'), { 'README.md': '# zlib\n' });
  writeComponent(join(folder, 'zlib/1.2'), { name: 'zlib', upstream: '1.2.13', revision: 2 });
  writeComponent(join(folder, 'yajl/2.1'), { name: 'yajl', upstream: '2.1.0' });
  for (const line of ['zlib/1.3', 'zlib/1.2', 'yajl/2.1']) await server.publish(join(folder, line));
});
afterEach(async () => {
  await server.close();
  await removeFolder(folder);
});

interface Opening {
  readonly offline?: boolean;
  readonly url?: string;
  readonly token?: string;
}

function optionsOf({ url = server.url, offline = false, token }: Opening): NpmRegistryOptions {
  const own = `127.0.0.1:${server.port}`;
  return {
    url,
    scope: '@moby',
    cacheFolder,
    http,
    credentials: ({ host }) => (token !== undefined && host === own ? { authorization: `Bearer ${token}` } : {}),
    offline,
    warn: (finding) => void warnings.push(finding),
  };
}

function open(options: Opening = {}): Registry {
  return openNpmRegistry(optionsOf(options));
}

function nameOf(text: string): ComponentName {
  const parsed = parseComponentName(text);
  if (parsed === undefined) throw new Error(`not a name: ${text}`);
  return parsed;
}

function versionOf(text: string): Version {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(`not a version: ${text}`);
  return parsed;
}

const zlib = nameOf('zlib');
const newest = versionOf('1.3.1+r1');

/** What was asked since the last time, as `200 /@moby/zlib`; sorted, as several are asked at once. */
function asked(): readonly string[] {
  return server.asked
    .splice(0)
    .map(({ path, status }) => `${status} ${path}`)
    .sort();
}

/** All that a run reads of a registry: names, manifests, one component. */
async function readAll(registry: Registry): Promise<unknown> {
  const names = await registry.names();
  const versions = await Promise.all(names.map((name) => registry.versions(name)));
  const component = await registry.component(zlib, newest);
  return { names, versions, tree: component.tree, origin: component.origin };
}

async function said(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`error[${error.code}]: ${error.message}`, ...error.hints.map((hint) => `  hint: ${hint}`)].join('\n');
  }
  return 'no failure';
}

function plain(text: string): string {
  return text.replaceAll(`127.0.0.1:${server.port}`, '<host>').replaceAll(cacheFolder, '<cache>');
}

/** A file of the cache: the newest answer to a path, or a package. */
function cached(kind: 'documents' | 'packages', pattern: RegExp): string {
  const own = join(cacheFolder, kind);
  const found = readdirSync(own).find((name) =>
    kind === 'documents' ? pattern.test(readFileSync(join(own, name), 'utf8').split('\n')[0] ?? '') : pattern.test(name),
  );
  if (found === undefined) throw new Error(`nothing like ${String(pattern)} in ${own}`);
  return join(own, found);
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

test('one request a name, and a tarball only of what is chosen', async () => {
  const registry = open();
  await registry.names();
  for (const name of await registry.names()) {
    for (const version of await registry.versions(name)) await registry.manifest(name, version);
    await registry.notices(name);
  }
  expect(asked()).toEqual(['200 /-/moby/v1/index', '200 /@moby/yajl', '200 /@moby/zlib']);
  await registry.component(zlib, newest);
  await registry.component(zlib, newest);
  expect(asked()).toEqual(['200 /@moby/zlib/-/zlib-1.3.101.tgz']);
});

test('a component is the same as in its folder, and says where it came from', async () => {
  const component = await open().component(zlib, newest);
  expect(component.tree).toBe(treeDigest(join(folder, 'zlib/1.3')));
  expect(readFileSync(join(component.folder, 'files/usr/share/hello'), 'utf8')).toBe('hello\n');
  expect(component.origin).toEqual({
    package: '@moby/zlib@1.3.101',
    integrity: objectIn(server.version('@moby/zlib', '1.3.101'), 'dist')['integrity'],
  });
});

test('the second time nothing moves, and a new version is seen at once', async () => {
  await readAll(open());
  asked();
  await readAll(open());
  expect(asked()).toEqual(['304 /-/moby/v1/index', '304 /@moby/yajl', '304 /@moby/zlib']);
  writeComponent(join(folder, 'zlib/1.3'), { name: 'zlib', upstream: '1.3.2' });
  await server.publish(join(folder, 'zlib/1.3'));
  expect(await open().versions(zlib)).toEqual(['1.2.13+r2', '1.3.1+r1', '1.3.2+r1']);
  expect(server.asked.at(-1)?.headers).toMatchObject({ 'cache-control': 'max-age=0', accept: 'application/json' });
});

test('offline nothing is asked, and what was never fetched is named', async () => {
  const before = await readAll(open());
  asked();
  const offline = open({ offline: true });
  expect(await readAll(offline)).toEqual(before);
  expect(await said(offline.component(zlib, versionOf('1.2.13+r2'))).then(plain)).toBe(
    "error[offline]: the package `@moby/zlib@1.2.1302` was not fetched before, and with --offline the registry http://<host>/ isn't asked\n" +
      '  hint: run the command once without --offline',
  );
  rmSync(cacheFolder, { recursive: true });
  expect(await said(open({ offline: true }).names()).then(plain)).toBe(
    "error[offline]: `http://<host>/-/moby/v1/index` was not fetched before, and with --offline the registry http://<host>/ isn't asked\n" +
      '  hint: run the command once without --offline',
  );
  expect(asked()).toEqual([]);
});

test('where the registry is silent, what it said last stands in, and that is said once', async () => {
  const before = await readAll(open());
  await server.close();
  expect(await readAll(open())).toEqual(before);
  expect(warnings.map(({ code, message }) => plain(`${code}: ${message}`))).toEqual([
    'registry-unreachable: the registry http://<host>/ does not answer: the connection was refused',
  ]);
  rmSync(cacheFolder, { recursive: true });
  expect(await said(open().names()).then(plain)).toBe(
    "error[network]: `http://<host>/-/moby/v1/index` can't be had from the registry http://<host>/: the connection was refused\n" +
      '  hint: is the address right, and does the registry run?',
  );
  server = await startScratchRegistry(server.port);
});

test('an answer that is none is tried again once, then what was kept stands in', async () => {
  const before = await readAll(open());
  const troubles: Readonly<Record<string, ScratchRegistry['answer']>> = {
    'it answers 503': (_, response) => (response.writeHead(503).end('busy'), true),
    'it answers 429': (_, response) => (response.writeHead(429).end(), true),
    'its answer is not JSON': (_, response) => (response.writeHead(200).end('<html>sign in</html>'), true),
    'the connection was cut': (request) => (request.socket.destroy(), true),
    'more than 5 redirects': (request, response) => (response.writeHead(302, { location: request.url ?? '/' }).end(), true),
    'its answer can’t be unpacked': (_, response) => (response.writeHead(200, { 'content-encoding': 'gzip' }).end('{"name":'), true),
  };
  for (const [why, answer] of Object.entries(troubles)) {
    warnings = [];
    server.answer = answer;
    expect(await readAll(open()), why).toEqual(before);
    expect(warnings.map(({ message }) => plain(message))).toEqual([`the registry http://<host>/ does not answer: ${why}`]);
    let times = 0;
    server.answer = (request, response) => (times++ === 0 ? answer(request, response) : false);
    warnings = [];
    if (why !== 'more than 5 redirects') expect(await readAll(open()), why).toEqual(before);
    expect(warnings).toEqual([]);
  }
});

test('a registry that takes the question and says nothing is given up', async () => {
  const before = await readAll(open());
  server.answer = () => true;
  const impatient = openHttp({ silenceMs: 100 });
  const registry = openNpmRegistry({ ...optionsOf({}), http: impatient });
  expect(await readAll(registry)).toEqual(before);
  expect(warnings.map(({ message }) => plain(message))).toEqual(['the registry http://<host>/ does not answer: silent for 0.1 s']);
  impatient.close();
});

test('damage in the cache is noticed, said, and mended', async () => {
  const before = await readAll(open());
  const places: Readonly<Record<string, () => string>> = {
    document: () => cached('documents', /@moby\/zlib/),
    tarball: () => cached('packages', /\.tgz$/),
    file: () => join(cached('packages', /^[0-9a-f]{128}$/), 'files/usr/share/hello'),
  };
  for (const [what, place] of Object.entries(places)) {
    flip(place());
    warnings = [];
    asked();
    expect(await readAll(open()), what).toEqual(before);
    expect(
      warnings.map(({ code }) => code),
      what,
    ).toEqual(['cache-damaged']);
    const mended = asked().filter((line) => line.startsWith('200'));
    expect(mended, what).toEqual({ document: ['200 /@moby/zlib'], tarball: ['200 /@moby/zlib/-/zlib-1.3.101.tgz'], file: [] }[what]);
    warnings = [];
    await readAll(open());
    expect(warnings, what).toEqual([]);
  }
  const unpacked = cached('packages', /^[0-9a-f]{128}$/);
  writeBelow(unpacked, { 'files/added': 'not of the package' });
  expect(await readAll(open())).toEqual(before);
  rmSync(unpacked, { recursive: true });
  warnings = [];
  expect(await readAll(open())).toEqual(before);
  expect(warnings).toEqual([]);
});

test('other bytes than the registry’s sum are refused, and nothing of them is kept', async () => {
  const path = '/@moby/zlib/-/zlib-1.3.101.tgz';
  const good = server.tarballs.get(path) ?? new Uint8Array();
  server.tarballs.set(path, server.tarballs.get('/@moby/yajl/-/yajl-2.1.1.tgz') ?? new Uint8Array());
  expect(await said(open().component(zlib, newest))).toMatch(
    /^error\[wrong-digest\]: the package `@moby\/zlib@1\.3\.101` has other bytes than its registry says: expected `sha512-.{88}`, got `sha512-.{88}`\n/,
  );
  expect(readdirSync(cacheFolder)).not.toContain('packages');
  server.tarballs.set(path, good);
  expect((await open().component(zlib, newest)).tree).toBe(treeDigest(join(folder, 'zlib/1.3')));
});

test('metadata that says what the package does not is refused by name', async () => {
  const evil = join(folder, 'evil');
  writeComponent(evil, { name: 'zlib', upstream: '1.4.0', manifest: { requires: { glibc: '^2.36' } } });
  await server.publish(evil, (version) => ({
    ...version,
    description: 'friendly',
    component: { ...objectIn(version, 'component'), requires: {} },
  }));
  expect(await said(open().component(zlib, versionOf('1.4.0+r1'))).then(plain)).toBe(
    'error[bad-archive]: the registry http://<host>/ says of `@moby/zlib@1.4.1` what its package does not: description, requires\n' +
      '  hint: nobody should have been able to publish that: tell who runs the registry, and take another version',
  );
});

test('yanked and deprecated versions stay, with what is said against them', async () => {
  const say = (npmVersion: string, deprecated: unknown): void => {
    const document = server.documents.get('/@moby/zlib');
    const versions = objectIn(document, 'versions');
    server.documents.set('/@moby/zlib', {
      ...document,
      versions: { ...versions, [npmVersion]: { ...objectIn(versions, npmVersion), deprecated } },
    });
  };
  say('1.3.101', '[yanked] loses \u001b[31mdata');
  say('1.2.1302', 'use 1.3');
  const registry = open();
  expect(await registry.versions(zlib)).toEqual(['1.2.13+r2', '1.3.1+r1']);
  expect([...(await registry.notices(zlib))]).toEqual([
    ['1.2.13+r2', { kind: 'deprecated', reason: 'use 1.3' }],
    ['1.3.1+r1', { kind: 'yanked', reason: 'loses ?[31mdata' }],
  ]);
  expect((await registry.component(zlib, newest)).manifest.version).toBe('1.3.1+r1');
  say('1.3.101', '');
  say('1.2.1302', false);
  expect(await open().notices(zlib)).toEqual(new Map());
});

test('the line of a version is what the registry’s tags say', async () => {
  const tagged = (tags: object): void => {
    server.documents.set('/@moby/zlib', { ...server.documents.get('/@moby/zlib'), 'dist-tags': tags });
  };
  tagged({ latest: '1.3.101', 'line-1': '1.3.101', 'line-1.3': '1.3.101', 'line-x': '1.3.101', 'line-1.3.2': '1.3.201' });
  expect((await open().component(zlib, newest)).line).toBe('1.3');
  tagged({ latest: '1.3.101' });
  expect((await open().component(zlib, newest)).line).toBe('');
});

test('versions that are none of a component, or that can’t be read, are left out; the latter are told of', async () => {
  const zlibOf = (versions: object, more: object = {}): void => {
    server.documents.set('/@moby/zlib', { name: '@moby/zlib', versions, ...more });
  };
  const good = server.version('@moby/zlib', '1.3.101');
  const dist = objectIn(good, 'dist');
  zlibOf({
    '1.3.101': good,
    '1.0.0': { name: '@moby/zlib', version: '1.0.0', dist },
    '1.3.200': { ...good, version: '1.3.200' },
    '1.3.201': { ...good, version: '1.3.201' },
    '1.3.102': { ...good, version: '1.3.102', name: '@moby/other' },
    '1.3.103': { ...good, version: '1.3.104' },
    '1.3.105': { ...good, version: '1.3.105', dist: { tarball: dist['tarball'], shasum: dist['shasum'] } },
    '1.3.106': { ...good, version: '1.3.106', dist: { integrity: dist['integrity'] } },
    '1.3.107': { ...good, version: '1.3.107', component: { kind: 'spaceship' } },
    '1.3.108\u001b': 7,
    banana: { ...good, version: 'banana' },
  });
  expect(await open().versions(zlib)).toEqual(['1.3.1+r1']);
  const told = warnings.map(({ code, message, details = [] }) =>
    [`${code}: ${plain(message)}`, ...details.map((detail) => `  ${detail}`)].join('\n'),
  );
  expectGolden('left-out-versions.txt', `${told.join('\n')}\n`);
});

test('a document of something else is refused', async () => {
  const told: string[] = [];
  for (const document of [
    { name: '@moby/yajl', versions: {} },
    { name: '@moby/zlib' },
    { versions: {} },
    [],
    'text',
    7,
    null,
    { error: 'no' },
  ]) {
    server.answer = (_, response) => (response.writeHead(200).end(JSON.stringify(document)), true);
    told.push(await said(open().versions(zlib)).then(plain));
  }
  expect([...new Set(told)]).toEqual([
    'error[bad-index]: what the registry http://<host>/ answers for `@moby/zlib` is no package of that name\n' +
      '  hint: is it a registry of npm packages? a mirror or proxy in between may answer in its place',
  ]);
});

test('more than is read is refused with the number', async () => {
  const told: string[] = [];
  const ask = async (answer: ScratchRegistry['answer']): Promise<void> => {
    server.answer = answer;
    told.push(await said(open().versions(zlib)).then(plain));
  };
  await ask((_, response) => (response.writeHead(200, { 'content-length': 65 * 1024 * 1024 }).write('{'), true));
  const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024, ' '));
  await ask((_, response) => (response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb), true));
  const piece = Buffer.alloc(1024 * 1024, ' ');
  await ask((_, response) => {
    const more = (): void => void (response.destroyed || response.write(piece, more));
    response.writeHead(200);
    more();
    return true;
  });
  const many = Object.fromEntries(Array.from({ length: 10_001 }, (__, at) => [`1.0.${at}`, {}]));
  await ask((_, response) => (response.writeHead(200).end(JSON.stringify({ name: '@moby/zlib', versions: many })), true));
  server.answer = (request, response) =>
    request.url?.endsWith('.tgz') === true && (response.writeHead(200, { 'content-length': 33 * 1024 * 1024 * 2 }).write('x'), true);
  told.push(await said(open().component(zlib, newest)).then(plain));
  expectGolden('registry-limits.txt', `${told.join('\n')}\n`);
});

test('names come from the catalogue, else from npm’s search, page by page, else from the list of all; of one scope only', async () => {
  const foreign = { '@evil/zlib': {}, zlib: {}, '@moby/Not-A-Name': {}, '@moby/zlib': {}, '@moby/yajl': {}, __proto__: {} };
  server.documents.set('/-/moby/v1/index', { catalogue: 1, components: foreign });
  expect(await open().names()).toEqual(['yajl', 'zlib']);
  server.documents.delete('/-/moby/v1/index');
  const all = Array.from({ length: 600 }, (_, at) => `@moby/a${at}`);
  server.answer = (request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (url.pathname !== '/-/v1/search') return false;
    const from = Number(url.searchParams.get('from'));
    const objects = all.slice(from, from + Number(url.searchParams.get('size'))).map((name) => ({ package: { name } }));
    response.writeHead(200).end(JSON.stringify({ objects, total: all.length }));
    return true;
  };
  expect(await open().names()).toHaveLength(600);
  expect(await open({ offline: true }).names()).toHaveLength(600);
  expect(asked().filter((line) => line.includes('search'))).toHaveLength(3);
  server.answer = () => false;
  rmSync(cacheFolder, { recursive: true });
  server.documents.set('/-/all', { _updated: 1, '@moby/zlib': { name: '@moby/zlib' }, '@evil/x': {} });
  expect(await open().names()).toEqual(['zlib']);
  server.documents.delete('/-/all');
  expect(await said(open().names()).then(plain)).toBe(
    "error[not-found]: the registry http://<host>/ can't say which components it has: neither a catalogue, nor a search, nor a list of all\n" +
      '  hint: is this the address of a registry of components?',
  );
});

test('a token goes to its own host only, also when that one leads elsewhere', async () => {
  const other = await startScratchRegistry();
  try {
    for (const [path, document] of server.documents) other.documents.set(path, document);
    for (const [path, bytes] of server.tarballs) other.tarballs.set(path, bytes);
    server.answer = (request, response) =>
      request.headers.authorization === 'Bearer secret'
        ? (response.writeHead(307, { location: new URL(request.url ?? '', other.url).href }).end(), true)
        : (response.writeHead(401).end(), true);
    await readAll(open({ token: 'secret' }));
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(Array.from({ length: 4 }, () => 'Bearer secret'));
    expect(other.asked.map(({ path }) => path)).toHaveLength(4);
    expect(other.asked.map(({ headers }) => headers.authorization)).toEqual(Array.from({ length: 4 }, () => undefined));
  } finally {
    await other.close();
  }
});

test('a registry that wants to know who asks is told of with the line that helps', async () => {
  server.answer = (_, response) => (response.writeHead(403).end(), true);
  expect(await said(open().names()).then(plain)).toBe(
    "error[network]: the registry http://<host>/ doesn't give you `http://<host>/-/moby/v1/index`: it answers 403\n" +
      '  hint: a token that may read belongs into your own ~/.npmrc: //<host>/:_authToken=TOKEN',
  );
});

test('a name and a password of the address itself are in no message and in no file', async () => {
  const url = server.url.replace('://', '://me:hidden@');
  const registry = open({ url });
  expect(registry.label).toBe(server.url);
  await readAll(registry);
  expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:hidden').toString('base64')}`);
  const files = readdirSync(join(cacheFolder, 'documents')).map((name) => readFileSync(join(cacheFolder, 'documents', name), 'utf8'));
  expect(files.join('\n')).not.toContain('hidden');
});

test('a tarball lies where the registry says, but on no file of this machine', async () => {
  const moved = async (tarball: unknown): Promise<string> => {
    const document = server.documents.get('/@moby/zlib');
    const versions = objectIn(document, 'versions');
    const version = objectIn(versions, '1.3.101');
    const dist = { ...objectIn(version, 'dist'), tarball };
    server.documents.set('/@moby/zlib', { ...document, versions: { ...versions, '1.3.101': { ...version, dist } } });
    return said(open().component(zlib, newest)).then(plain);
  };
  const bytes = server.tarballs.get('/@moby/zlib/-/zlib-1.3.101.tgz') ?? new Uint8Array();
  server.tarballs.set('/@moby/elsewhere.tgz', bytes);
  writeBelow(folder, { 'x.tgz': bytes });
  expect(await moved(`file://${folder}/x.tgz`)).toBe(
    `error[bad-index]: the registry http://<host>/ names no address for the package \`@moby/zlib@1.3.101\`: \`file://${folder}/x.tgz\``,
  );
  expect(await moved('javascript:alert(1)')).toMatch(/^error\[bad-index\]/);
  expect(await moved('./elsewhere.tgz')).toBe('no failure');
});

test('a registry is asked for its own scope only', async () => {
  const registry = openNpmRegistry({ ...optionsOf({}), scope: '@acme' });
  expect(await registry.names()).toEqual([]);
  expect(await registry.versions(zlib)).toEqual([]);
  expect(asked()).toEqual(['200 /-/moby/v1/index', '404 /@acme/zlib']);
});

test('a folder is a registry too, also without a network', async () => {
  const registry = join(folder, 'registry');
  for (const [path, document] of server.documents) writeBelow(registry, { [`.${path}`]: JSON.stringify(document) });
  const dist = objectIn(server.version('@moby/zlib', '1.3.101'), 'dist');
  const version = { ...server.version('@moby/zlib', '1.3.101'), dist: { ...dist, tarball: '../tarballs/zlib.tgz' } };
  writeBelow(registry, {
    '@moby/zlib': JSON.stringify({ name: '@moby/zlib', versions: { '1.3.101': version } }),
    'tarballs/zlib.tgz': server.tarballs.get('/@moby/zlib/-/zlib-1.3.101.tgz') ?? '',
  });
  const url = `file://${registry}`;
  const component = await open({ url, offline: true }).component(zlib, newest);
  expect(component.tree).toBe(treeDigest(join(folder, 'zlib/1.3')));
  expect(component.origin?.package).toBe('@moby/zlib@1.3.101');
  expect(await open({ url, offline: true }).versions(nameOf('nothing'))).toEqual([]);
  expect(asked()).toEqual([]);
});

test.each(['ftp://127.0.0.1/', 'registry', '', 'http://x/?a=1', 'http://x/#a'])('%j is no address of a registry', async (url) => {
  expect(() => open({ url })).toThrow(/is no address of a registry/);
});
