import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { METHODS } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dice, removeFolder, temporaryFolder } from '@moby/testkit';
import { networkOf } from '../src/gate/network-of.ts';
import { prepareRoot, publishBody, publishPath, startServer, type Ask, type RunningServer } from './running-server.ts';

let server: RunningServer;
let root: string;
/** A steward's: whoever may most is refused too. */
let token: string;

beforeAll(async () => {
  root = temporaryFolder();
  server = await startServer(prepareRoot(root, 'proxies: [127.0.0.3]\nlimits: { addressConnections: 40 }\n'));
  token = await server.login('stella');
  await server.ask({ method: 'PUT', path: publishPath(), token, body: publishBody() });
}, 60_000);

afterAll(async () => {
  await server.kill();
  await removeFolder(root);
});

/** Every file below the packages with its bytes, the journal too. */
function stored(): Readonly<Record<string, string>> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.includes('owner-'));
  return Object.fromEntries(paths.sort().map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]));
}

interface Case {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  readonly code: string;
}

const bad = publishBody({ version: '1.0.1', document: { dist: { integrity: 'sha512-AAAA', tarball: 'http://x/redis-1.0.1.tgz' } } });
const wiped = { _id: '@moby/redis', name: '@moby/redis', 'dist-tags': {}, versions: {} };

/** Spellings of one address that a router might read as the package. */
const spellings: readonly { readonly path: string; readonly status: number; readonly code: string }[] = [
  { path: '/@moby%2fredis', status: 422, code: 'MOBY-D423' },
  { path: '/@moby%2Fredis', status: 422, code: 'MOBY-D423' },
  { path: '/@moby/redis', status: 422, code: 'MOBY-D423' },
  { path: '/%40moby/redis', status: 422, code: 'MOBY-D423' },
  { path: '/%40moby%2fredis', status: 422, code: 'MOBY-D423' },
  { path: '/%40%6doby%2f%72edis', status: 422, code: 'MOBY-D423' },
  { path: '/@moby%2fredis?x=1', status: 422, code: 'MOBY-D423' },
  { path: '/@moby%2fredis?write=true&rev=1', status: 422, code: 'MOBY-D423' },
  { path: '/@moby%252fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%25252fredis', status: 400, code: 'MOBY-D400' },
  { path: '/%2540moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2f..%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby/../@moby/redis', status: 400, code: 'MOBY-D400' },
  { path: '/x/..%2f@moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/%2e%2e/@moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2f.%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/./@moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby/./redis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby/redis/.', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis/-/..%2f..%2fx', status: 400, code: 'MOBY-D400' },
  { path: '/-/../@moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%5credis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby\\redis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis%00', status: 400, code: 'MOBY-D400' },
  { path: '/%00@moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis%0a', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis%0d%0ax:%20y', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis%09', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis%7f', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis%20', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis%c3%a9', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%c0%afredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%e0%80%afredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%ef%bc%8fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%e2%88%95redis', status: 400, code: 'MOBY-D400' },
  { path: '/%ef%bc%a0moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis%', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis%zz', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%u002fredis', status: 400, code: 'MOBY-D400' },
  { path: '//@moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby//redis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2f%2fredis', status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2f/redis', status: 400, code: 'MOBY-D400' },
  { path: '/%2f@moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: 'http://127.0.0.1/@moby%2fredis', status: 400, code: 'MOBY-D400' },
  { path: 'HTTP://x@127.0.0.1/@moby/redis', status: 400, code: 'MOBY-D400' },
  { path: '*', status: 400, code: 'MOBY-D400' },
  { path: `/${'a'.repeat(1100)}`, status: 400, code: 'MOBY-D400' },
  { path: '/@moby%2fredis/', status: 405, code: 'MOBY-D405' },
  { path: '/@moby/redis/', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis%2f', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis.', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2f.redis', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis.tgz', status: 405, code: 'MOBY-D405' },
  { path: '/@moby:redis', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis&x=1', status: 405, code: 'MOBY-D405' },
  { path: '/..;/@moby%2fredis', status: 405, code: 'MOBY-D405' },
  { path: '/@moby;x/redis', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis#x', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis;x', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis;x=1?y', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis%3fx', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis%23x', status: 405, code: 'MOBY-D405' },
  { path: '/@MOBY%2fredis', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fREDIS', status: 405, code: 'MOBY-D405' },
  { path: '/@moby', status: 405, code: 'MOBY-D405' },
  { path: '/moby%2fredis', status: 405, code: 'MOBY-D405' },
  { path: '/redis', status: 405, code: 'MOBY-D405' },
  { path: '/@other%2fredis', status: 405, code: 'MOBY-D405' },
  { path: '/@@moby%2fredis', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis/1.0.0', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis/latest', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis/evil', status: 405, code: 'MOBY-D405' },
  { path: '/@moby/redis/latest', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis/-/redis-1.0.0.tgz', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis/-/redis-1.0.0.tgz/x', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis/-/redis-2.0.0.tgz/anything', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2fredis/1.0.1/-tag/latest', status: 405, code: 'MOBY-D405' },
  { path: '/__proto__', status: 405, code: 'MOBY-D405' },
  { path: '/@moby%2f__proto__', status: 405, code: 'MOBY-D405' },
  { path: '/', status: 405, code: 'MOBY-D405' },
  { path: '/-/', status: 405, code: 'MOBY-D405' },
];

const others: readonly Case[] = [
  { method: 'PUT', path: '/@moby%2fredis/-rev/1-x', body: wiped, status: 405, code: 'MOBY-D406' },
  { method: 'PUT', path: '/@moby/redis/-rev/1-x', body: wiped, status: 405, code: 'MOBY-D406' },
  { method: 'PUT', path: '/%40moby%2fredis/%2drev/1-x', body: wiped, status: 405, code: 'MOBY-D406' },
  { method: 'PUT', path: '/@moby%2fredis%2f-rev%2f1', body: wiped, status: 405, code: 'MOBY-D406' },
  { method: 'PUT', path: '/@moby%2fredis/-rev/1?x=1', body: wiped, status: 405, code: 'MOBY-D406' },
  { method: 'PUT', path: '/@moby%2fredis/-rev/..', body: wiped, status: 400, code: 'MOBY-D400' },
  { method: 'PUT', path: '/@moby%2fredis/%252drev/1', body: wiped, status: 400, code: 'MOBY-D400' },
  { method: 'PUT', path: '/@moby%2fredis/-rev/', body: wiped, status: 405, code: 'MOBY-D405' },
  { method: 'PUT', path: '/@moby%2fredis/-REV/1', body: wiped, status: 405, code: 'MOBY-D405' },
  {
    method: 'PUT',
    path: '/@moby%2fredis/-rev/1',
    body: { _id: '@moby/redis', maintainers: [{ name: 'x' }] },
    status: 422,
    code: 'MOBY-D422',
  },
  { method: 'PUT', path: '/@moby%2fredis', body: wiped, status: 422, code: 'MOBY-D412' },
  { method: 'PUT', path: '/@moby%2fredis', body: { _id: '@moby/redis', users: { stella: true } }, status: 405, code: 'MOBY-D410' },
  { method: 'DELETE', path: '/@moby%2fredis/-rev/1', status: 405, code: 'MOBY-D406' },
  { method: 'DELETE', path: '/@moby/redis/-rev/1', status: 405, code: 'MOBY-D406' },
  { method: 'DELETE', path: '/@moby%2fredis/-rev/1/2/3', status: 405, code: 'MOBY-D405' },
  { method: 'DELETE', path: '/@moby%2fredis/-/redis-1.0.0.tgz/-rev/1', status: 405, code: 'MOBY-D406' },
  { method: 'DELETE', path: '/@moby%2fredis/-/redis-1.0.0.tgz', status: 405, code: 'MOBY-D405' },
  { method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags/latest', body: '"1.0.0"', status: 403, code: 'MOBY-D411' },
  { method: 'POST', path: '/-/package/@moby%2fredis/dist-tags/latest', body: '"1.0.0"', status: 403, code: 'MOBY-D411' },
  { method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags/next', body: '"1.0.0"', status: 403, code: 'MOBY-D411' },
  { method: 'PUT', path: '/-/package/@moby/redis/dist-tags/line-1.0', body: '"1.0.0"', status: 403, code: 'MOBY-D411' },
  { method: 'DELETE', path: '/-/package/@moby%2fredis/dist-tags/next', status: 403, code: 'MOBY-D411' },
  { method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags/l%61test', body: '"1.0.0"', status: 403, code: 'MOBY-D411' },
  { method: 'PUT', path: '/-/package/%40moby%2fredis/dist-tags/%6eext', body: '"1.0.0"', status: 403, code: 'MOBY-D411' },
  { method: 'PUT', path: '/-/package/@moby%252fredis/dist-tags/latest', body: '"1.0.0"', status: 400, code: 'MOBY-D400' },
  { method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags/latest/', body: '"1.0.0"', status: 405, code: 'MOBY-D405' },
  { method: 'PUT', path: '/-/Package/@moby%2fredis/dist-tags/latest', body: '"1.0.0"', status: 405, code: 'MOBY-D405' },
  { method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags/beta', body: '"2.0.0"', status: 404, code: 'MOBY-D404' },
  { method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags/beta', body: '{"a":1}', status: 422, code: 'MOBY-D422' },
  { method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags/__proto__', body: '"1.0.0"', status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/package/@moby%2fredis/dist-tags', body: { latest: '1.0.0' }, status: 405, code: 'MOBY-D405' },
  { method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags', body: { latest: '1.0.0' }, status: 405, code: 'MOBY-D405' },
  { method: 'PUT', path: '/-/user/org.couchdb.user:new', body: { name: 'new', password: 'password' }, status: 401, code: 'MOBY-D402' },
  {
    method: 'PUT',
    path: '/-/user/org.couchdb.user:new/-rev/1',
    body: { name: 'new', password: 'password' },
    status: 405,
    code: 'MOBY-D405',
  },
  { method: 'PUT', path: '/-/user/org.couchdb.user%3astella', body: { name: 'carol', password: 'x' }, status: 422, code: 'MOBY-D422' },
  { method: 'PUT', path: '/-/user/org.couchdb.user:__proto__', body: { name: '__proto__', password: 'x' }, status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/npm/v1/user', body: { password: { old: 'a', new: 'b' } }, status: 405, code: 'MOBY-D405' },
  {
    method: 'POST',
    path: '/-/npm/v1/tokens',
    body: { password: 'x', readonly: false, cidr_whitelist: [] },
    status: 405,
    code: 'MOBY-D405',
  },
  { method: 'DELETE', path: '/-/npm/v1/tokens/token/x', status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/v1/login', body: {}, status: 405, code: 'MOBY-D405' },
  { method: 'PUT', path: '/-/reset_password', body: {}, status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/npm/v1/security/audits', body: {}, status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/npm/v1/security/advisories/bulk', body: {}, status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/verdaccio/sec/login', body: {}, status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/verdaccio/sec/reset_password', body: {}, status: 405, code: 'MOBY-D405' },
  { method: 'PUT', path: '/-/verdaccio/sec/reset_password', body: {}, status: 405, code: 'MOBY-D405' },
  // What npm's clients ask of registries that take an identity of a CI, or that stage: none is taken here.
  { method: 'POST', path: '/-/npm/v1/oidc/token/exchange/package/@moby%2fredis', body: {}, status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/stage/package/@moby%2fredis', body: bad, status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/stage/1/approve', body: {}, status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/package/@moby%2fredis/trust', body: {}, status: 405, code: 'MOBY-D405' },
  { method: 'PUT', path: '/-/moby/v1/package/@moby%2fredis/promote', body: { version: '1.0.0' }, status: 405, code: 'MOBY-D405' },
  { method: 'POST', path: '/-/moby/v1/package/@moby%252fredis/promote', body: { version: '1.0.0' }, status: 400, code: 'MOBY-D400' },
  // Every method that the parser knows and the registry doesn't: a router might have a route for all of them.
  ...METHODS.filter((method) => !['GET', 'HEAD', 'OPTIONS', 'PUT', 'CONNECT'].includes(method)).map((method): Case => ({
    method,
    path: '/@moby%2fredis',
    status: 405,
    code: 'MOBY-D405',
  })),
];

describe('nothing but the known writes is let in, however it is spelled', () => {
  test.each<Case>([...spellings.map((each) => ({ method: 'PUT', body: bad, ...each })), ...others])(
    '$method $path → $code',
    async (asked) => {
      const before = stored();
      const { status, json } = await server.ask({ ...asked, token });
      expect([status, json['code']]).toEqual([asked.status, asked.code]);
      expect(json['error']).toMatch(new RegExp(`^${asked.code} [a-z-]+: .|^MOBY-[A-Z]\\d{3} `));
      expect(stored()).toEqual(before);
    },
  );

  test('also where nobody thought of it: pieces of addresses at random', async () => {
    const before = stored();
    const dice = new Dice(5);
    const pieces = [
      '/',
      '%2f',
      '%252f',
      '@',
      '%40',
      'moby',
      'redis',
      '-',
      '-rev',
      'package',
      'dist-tags',
      'latest',
      '1.0.0',
      '..',
      '%2e',
      ';',
      '?',
      '#',
      '%00',
      '%5c',
      'redis-1.0.0.tgz',
      '1',
    ] as const;
    const seen = new Set<string>();
    for (let count = 0; count < 300; count += 1) {
      const start = dice.pick(['/', '/@moby%2fredis', '/@moby/redis', '/-/package/@moby%2fredis/dist-tags']);
      const path = start + Array.from({ length: dice.roll(6) }, () => dice.pick(pieces)).join('');
      const method = dice.pick(['PUT', 'POST', 'DELETE', 'PATCH']);
      const { json } = await server.ask({ method, path, token, body: dice.pick([bad, wiped, '"9.9.9"']) });
      expect(json['code'], `${method} ${path}`).toMatch(/^MOBY-D4\d\d$/);
      seen.add(json['code']);
    }
    expect(stored()).toEqual(before);
    expect([...seen].sort()).toEqual(expect.arrayContaining(['MOBY-D400', 'MOBY-D405', 'MOBY-D411', 'MOBY-D423']));
  });

  test('a header that renames the method changes nothing', async () => {
    const headers = { 'x-http-method-override': 'PUT', 'x-http-method': 'DELETE', 'x-method-override': 'PUT' };
    const { status, json } = await server.ask({ method: 'POST', path: '/@moby%2fredis', token, headers, body: bad });
    expect([status, json['code']]).toEqual([405, 'MOBY-D405']);
  });

  test('two requests in one connection are two requests', async () => {
    const before = stored();
    const smuggled = `PUT /@moby%2fredis/-rev/1 HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`;
    const text = await raw(
      `POST /-/ping HTTP/1.1\r\nhost: x\r\ncontent-length: ${smuggled.length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(stored()).toEqual(before);
  });

  test.each(['', 'x', 'Basic c3RlbGxhOnNlY3JldA==', 'Bearer', 'Bearer a b', 'bearer \u00e9', 'Digest x'])(
    'a write with the authorization `%s` is nobody’s',
    async (authorization) => {
      const body = publishBody({ version: '1.0.2' });
      const { status, json } = await server.ask({ method: 'PUT', path: publishPath(), headers: { authorization }, body });
      expect([status, json['code']]).toEqual([401, 'MOBY-D401']);
    },
  );

  test.each([
    ['alg none', 'eyJhbGciOiJub25lIn0.eyJuYW1lIjoic3RlbGxhIiwiZ3JvdXBzIjpbInN0ZWxsYSJdfQ.'],
    ['another key', 'eyJhbGciOiJIUzI1NiJ9.eyJuYW1lIjoic3RlbGxhIn0.AAAA'],
    ['no token', 'x'],
  ])('a forged token (%s) is nobody’s', async (_, forged) => {
    const { status, json } = await server.ask({
      method: 'PUT',
      path: publishPath(),
      token: forged,
      body: publishBody({ version: '1.0.2' }),
    });
    expect(status).toBe(401);
    expect(json['error']).toMatch(/MOBY-D401|error/i);
  });

  test.each<[string, Ask]>([
    ['publish', { method: 'PUT', path: publishPath(), body: publishBody({ version: '1.0.2' }) }],
    ['deprecate', { method: 'PUT', path: publishPath(), body: { ...wiped, _attachments: {} } }],
    ['say who owns it', { method: 'PUT', path: `${publishPath()}/-rev/1`, body: { _id: '@moby/redis', maintainers: [{ name: 'mike' }] } }],
    ['tag', { method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags/tested', body: '"1.0.0"' }],
    ['promote', { method: 'POST', path: '/-/moby/v1/package/@moby%2fredis/promote', body: { version: '1.0.0' } }],
  ])('who may %s is asked on that route itself', async (_deed, asked) => {
    const before = stored();
    const [head = '', claims = '', signature = ''] = token.split('.');
    const other = Buffer.from(claims, 'base64url').toString().replaceAll('stella', 'mike');
    for (const forged of [
      undefined,
      `${head}.${Buffer.from(other).toString('base64url')}.${signature}`,
      `${head}.${claims}.`,
      `${head}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    ]) {
      const { status } = await server.ask({ ...asked, token: forged });
      expect(status).toBe(401);
    }
    expect(stored()).toEqual(before);
  });

  test('reads pass, and only as the addresses that are taken', async () => {
    const read = await server.ask({ path: '/@moby%2fredis' });
    expect([read.status, Object.keys(read.json['versions'])]).toEqual([200, ['1.0.0']]);
    expect((await server.ask({ path: '/@moby/redis/-/redis-1.0.0.tgz' })).text).toBe('@moby/redis 1.0.0');
    expect((await server.ask({ path: '/@moby%252fredis' })).status).toBe(400);
    expect((await server.ask({ path: '/unscoped' })).status).not.toBe(200);
    expect((await server.ask({ path: '/-/ping' })).status).toBe(200);
  });
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
    socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

describe('connections of one client', () => {
  /** What a connection was told, once it is closed; undefined while it is open. */
  interface Held {
    readonly socket: Socket;
    told: string | undefined;
  }

  const hold = (count: number, localAddress: string): readonly Held[] =>
    Array.from({ length: count }, () => {
      const held: Held = { socket: connect({ host: '127.0.0.1', port: server.port, localAddress }), told: undefined };
      let text = '';
      held.socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      held.socket.on('error', () => undefined).on('close', () => (held.told = text));
      return held;
    });
  const closed = (all: readonly Held[]): readonly string[] => all.flatMap(({ told }) => told ?? []);

  test('are bounded: a further one is told so and closed, and reads of others go on', async () => {
    const many = hold(60, '127.0.0.2');
    const behindProxy = hold(60, '127.0.0.3');
    await expect.poll(() => closed(many).length).toBe(20);
    for (const text of closed(many)) expect(text).toMatch(/^HTTP\/1\.1 429 [^]*MOBY-D429 too-many: 40 connections of one client/);
    for (let i = 0; i < 10; i += 1) expect((await server.ask({ path: publishPath() })).status).toBe(200);
    expect([closed(many).length, closed(behindProxy).length]).toEqual([20, 0]);
    expect(server.log().filter(({ event }) => event === 'too-many-connections')).toEqual([
      expect.objectContaining({ address: '127.0.0.2', open: 40 }),
    ]);
    for (const { socket } of [...many, ...behindProxy]) socket.destroy();
    await expect
      .poll(async () => {
        const [again] = hold(1, '127.0.0.2');
        again?.socket.end('GET /-/healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
        await expect.poll(() => again?.told).toBeDefined();
        return again?.told;
      })
      .toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['fe80::1:2:3:4', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['2001:0DB8:0001:0002::7', '2001:db8:1:2'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('are those of %s’s network', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
