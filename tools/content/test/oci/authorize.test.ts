import { createServer } from 'node:http';
import { once } from 'node:events';
import type { Failure } from '@moby/model';
import { startFakeOciRegistry, type OciAuth } from '@moby/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../archive-world.ts';
import { parseChallenges } from '../../src/oci/challenge.ts';
import { basic, blobOf, clientOf, login, ociWorld, randomBlob, readAll } from './oci-world.ts';

const ada = { username: 'ada', password: 'l0ve:lace' } as const;
const bearer: OciAuth = { kind: 'bearer', ...ada };

/** A server that notes what it is sent. */
async function stranger(
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Promise<{ readonly port: number; readonly seen: (string | undefined)[] }> {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(status, headers).end('{"token":"stolen"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, seen };
}

test('a registry that asks for a password gets it, and one that asks for nothing does not', async () => {
  const asking = await ociWorld({ auth: { kind: 'basic', ...ada }, env: login });
  await asking.registry.ping();
  expect(asking.fake.requests.map(({ authorization }) => authorization)).toEqual([undefined, basic]);
  const open = await ociWorld({ env: login });
  await open.registry.ping();
  expect(open.fake.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test('a token is asked for with the scope that is needed, and used until it is no longer good', async () => {
  const { fake, registry } = await ociWorld({ auth: { ...bearer, uses: 3 }, env: login });
  const blob = randomBlob(1000);
  await registry.ping();
  expect(await registry.hasBlob(blob.digest, blob.what)).toBe(false);
  expect(await registry.pushBlob(blob)).toBe('pushed');
  expect(await registry.hasBlob(blob.digest, blob.what)).toBe(true);
  expect(await registry.hasBlob(blob.digest, blob.what)).toBe(true);
  const tokens = fake.requests.filter(({ path }) => path.startsWith('/token'));
  expect(tokens.map(({ path, authorization }) => [decodeURIComponent(path), authorization])).toEqual([
    ['/token?service=fake', basic],
    ['/token?service=fake&scope=repository:moby/payloads:pull', basic],
    ['/token?service=fake&scope=repository:moby/payloads:pull,push', basic],
    ['/token?service=fake&scope=repository:moby/payloads:pull', basic],
  ]);
});

describe('credentials', () => {
  test('that are wrong are said to be, with what to do', async () => {
    for (const auth of [{ kind: 'basic', ...ada }, bearer] as const) {
      const { registry } = await ociWorld({ auth, env: { ...login, MOBY_COMPOSE_MIRROR_PASSWORD: 'guess' } });
      const failure = await failureOf(registry.ping());
      expect(failure.code).toBe('denied');
      expect(failure.message + failure.hints.join(' ')).not.toContain('guess');
    }
  });

  test('that are missing are said to be, with what to do', async () => {
    const { registry, fake } = await ociWorld({ auth: { kind: 'basic', ...ada } });
    const failure = await failureOf(registry.ping());
    expect(failure.message).toBe(`\`${fake.host}\` denies the greeting in oci://${fake.host}/moby/payloads: 401`);
    expect(failure.hints).toEqual([
      `log in: docker login ${fake.host}; or give --username NAME, with the password in MOBY_COMPOSE_MIRROR_PASSWORD`,
    ]);
  });

  test('never go along a redirect, not even on the same host', async () => {
    const other = await stranger();
    const { fake, registry } = await ociWorld({ auth: { kind: 'basic', ...ada }, env: login });
    await registry.ping();
    const blob = blobOf(Buffer.from('{"token":"stolen"}'));
    for (const location of [`http://127.0.0.1:${other.port}/blob`, `http://localhost:${other.port}/blob`]) {
      fake.faults.unshift({ method: 'GET', path: '/blobs/', times: 1, does: { kind: 'status', status: 307, headers: { location } } });
      expect(await readAll(await registry.readBlob(blob))).toEqual(blob.bytes);
    }
    expect(other.seen).toEqual([undefined, undefined]);
    fake.faults.unshift({
      method: 'GET',
      path: blob.digest,
      times: 1,
      does: { kind: 'status', status: 307, headers: { location: '/v2/' } },
    });
    expect((await failureOf(registry.readBlob(blob))).code).toBe('denied');
    expect(fake.requests.at(-1)).toMatchObject({ path: '/v2/', authorization: undefined });
  });

  test('are not sent where an upload is to go on elsewhere', async () => {
    const other = await stranger({}, 201);
    const { fake, registry } = await ociWorld({ auth: { kind: 'basic', ...ada }, env: login });
    fake.faults.push({
      method: 'POST',
      path: '/uploads/',
      skip: 1,
      does: { kind: 'status', status: 202, headers: { location: `http://127.0.0.1:${other.port}/up` } },
    });
    expect(await registry.pushBlob(randomBlob(100))).toBe('pushed');
    expect(other.seen).toEqual([undefined]);
  });

  test('are not sent to who is redirected to and asks for them', async () => {
    const other = await stranger({ 'www-authenticate': 'Basic realm="mine"' }, 401);
    const { fake, registry } = await ociWorld({ auth: { kind: 'basic', ...ada }, env: login });
    await registry.ping();
    fake.faults.push({
      method: 'GET',
      path: '/blobs/',
      does: { kind: 'status', status: 302, headers: { location: `http://127.0.0.1:${other.port}/` } },
    });
    expect((await failureOf(registry.readBlob(randomBlob(10)))).code).toBe('denied');
    expect(other.seen).toEqual([undefined]);
  });

  const denial = async (realm: string): Promise<Failure> => {
    const { registry } = await ociWorld({ auth: { ...bearer, realm }, env: login });
    return failureOf(registry.ping());
  };

  test('are not sent to a token server of another host', async () => {
    const other = await stranger();
    const failure = await denial(`http://localhost:${other.port}/token`);
    expect(failure.code).toBe('denied');
    expect(failure.message).toContain('sends its users to `localhost`, and the credentials are for `127.0.0.1:');
    expect(other.seen).toEqual([]);
  });

  test.each(['', 'ftp://127.0.0.1/token', 'http://user:x@127.0.0.1/token', 'token', 'https://auth.example/token'])(
    'are not sent to the realm `%s`',
    async (realm) => {
      expect((await denial(realm)).code).toBe('denied');
    },
  );
});

test('a registry that asks for ever is given up', async () => {
  const { fake, registry } = await ociWorld({ auth: bearer, env: login });
  fake.faults.push({
    path: '/v2/',
    does: { kind: 'status', status: 401, headers: { 'www-authenticate': `Bearer realm="${fake.url}/token"` } },
  });
  expect((await failureOf(registry.ping())).code).toBe('denied');
  expect(fake.requests.length).toBeLessThan(8);
});

test.each([
  ['no token', '{}'],
  ['a token that can’t be sent', JSON.stringify({ token: 'a\nb: c' })],
  ['a token of 20,000 letters', JSON.stringify({ token: 'x'.repeat(20_000) })],
  ['a flood', JSON.stringify({ token: 'x', more: 'x'.repeat(300_000) })],
  ['no JSON', 'token'],
])('a token server that gives %s is refused', async (_, body) => {
  const { fake, registry } = await ociWorld({ auth: bearer, env: login });
  fake.faults.push({ path: '/token', does: { kind: 'status', status: 200, body } });
  expect((await failureOf(registry.ping())).message).toContain('gives no token');
});

test('a token server that is silent is given up', async () => {
  const { fake, registry, pauses } = await ociWorld({ auth: bearer, env: login });
  fake.faults.push({ path: '/token', does: { kind: 'silent' } });
  expect(await failureOf(registry.ping())).toMatchObject({ code: 'network' });
  expect(pauses).toEqual([500, 1000, 2000]);
}, 20_000);

test('a registry that isn’t there is named', async () => {
  const fake = await startFakeOciRegistry();
  await fake.close();
  const registry = await clientOf(`oci://${fake.host}/moby/payloads`);
  const failure = await failureOf(registry.ping());
  expect(failure).toMatchObject({
    code: 'network',
    message: `the greeting in oci://${fake.host}/moby/payloads failed after 4 attempts: the connection was refused`,
  });
});

test.each([
  [
    'Bearer realm="https://a/b",service="x",scope="repository:a:pull,push"',
    [['bearer', { realm: 'https://a/b', service: 'x', scope: 'repository:a:pull,push' }]],
  ],
  [
    'Basic realm=x, Bearer realm="a\\"b"',
    [
      ['basic', { realm: 'x' }],
      ['bearer', { realm: 'a"b' }],
    ],
  ],
  [
    'Negotiate, bearer Realm = "a" ,',
    [
      ['negotiate', {}],
      ['bearer', { realm: 'a' }],
    ],
  ],
  ['Bearer realm="open', [['bearer', {}]]],
  ['', []],
])('the challenge %s', (text, expected) => {
  expect(parseChallenges(text).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual(expected);
});
