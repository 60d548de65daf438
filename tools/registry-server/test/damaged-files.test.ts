import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { checkStorage } from '../src/storage/open-storage.ts';
import { passwordOf, prepareRoot, publishBody, publishPath, startServer, type Answered, type RunningServer } from './running-server.ts';
import type { EntryOptions } from './server-entry.ts';

const name = '@moby/redis';
let options: EntryOptions;
let server: RunningServer;
let token: string;
let document: string;

beforeAll(async () => {
  options = prepareRoot(temporaryFolder());
  server = await startServer(options);
  token = await server.login('mike');
  document = join(options.root, 'packages', name, 'package.json');
  for (const version of ['1.0.0', '1.1.0']) await publish(name, version);
  await publish('@moby/other', '1.0.0');
}, 60_000);

afterAll(async () => {
  await server.kill();
  await removeFolder(options.root);
});

function publish(of: string, version: string): Promise<Answered> {
  return server.ask({ method: 'PUT', path: publishPath(of), token, body: publishBody({ name: of, version }) });
}

const whole = (text: string): Record<string, Record<string, unknown>> => JSON.parse(text);
const lossy = (text: string): string => {
  const { versions, ...rest } = whole(text);
  return JSON.stringify({ ...rest, versions: { '1.0.0': versions?.['1.0.0'] } });
};

test.each<[string, (text: string) => string | undefined]>([
  ['empty', () => ''],
  ['half', (text) => text.slice(0, text.length / 2)],
  ['another package’s', (text) => text.replaceAll(name, '@moby/evil')],
  ['no JSON', () => '\u0000\u0000\u0000'],
  ['null', () => 'null'],
  ['gone', () => undefined],
  ['without a version', lossy],
  ['with versions that are a list', (text) => JSON.stringify({ ...whole(text), versions: [] })],
  ['with another integrity', (text) => text.replace(/sha512-.{6}/, 'sha512-AAAAAA')],
])('a document that is %s while the server runs: nothing is written over it, and others go on', async (_, damage) => {
  const text = readFileSync(document, 'utf8');
  const damaged = damage(text);
  if (damaged === undefined) rmSync(document);
  else writeFileSync(document, damaged);
  const before = damaged ?? '';
  const published = await publish(name, '1.2.0');
  expect([published.status, published.json['code']]).toEqual([500, 'MOBY-D508']);
  expect(published.json['error']).toMatch(/^MOBY-D508 damaged-package: what is stored of `@moby\/redis` is damaged, .*registry fsck$/);
  const tagged = await server.ask({ method: 'PUT', path: '/-/package/@moby%2fredis/dist-tags/tested', token, body: '"1.0.0"' });
  expect([tagged.status, tagged.json['code']]).toEqual([500, 'MOBY-D508']);
  const read = await server.ask({ path: publishPath() });
  expect([200, 404, 500]).toContain(read.status);
  expect(read.text).not.toContain(options.root);
  expect(read.text).not.toMatch(/\n\s+at /);
  if (damaged !== undefined) expect(readFileSync(document, 'utf8')).toBe(before);
  expect((await server.ask({ path: '/@moby/redis/-/redis-1.0.0.tgz' })).text).toBe('@moby/redis 1.0.0');
  expect((await publish('@moby/other', '1.0.0')).status).toBe(200);
  expect(server.log().at(-1)).not.toMatchObject({ event: 'bug' });
  writeFileSync(document, text);
  expect(Object.keys((await server.ask({ path: publishPath() })).json['versions'])).toEqual(['1.0.0', '1.1.0']);
  expect((await publish(name, '1.1.0')).status).toBe(200);
});

test('users that can’t be read for a moment are those that were there before', async () => {
  const file = join(options.root, 'htpasswd');
  const text = readFileSync(file, 'utf8');
  for (const damaged of ['mike', '\u0000', 'mike:{PLAIN}x\n']) {
    writeFileSync(file, damaged);
    expect((await server.ask({ path: '/-/whoami', token })).json).toEqual({ username: 'mike' });
    expect((await publish('@moby/other', '1.0.0')).status).toBe(200);
  }
  writeFileSync(file, text);
});

/** bcrypt, cost 13, of `passwordOf('bo')`: half a second to compare. */
const slowHash = '$2a$13$HG2d/bjmfhHpNPvbiedBRutP1aUiVG/ltRyewJ7/KtVuU/Yh7KudG';

test('a password that is changed while it is being compared gives no token', async () => {
  const file = join(options.root, 'htpasswd');
  const text = readFileSync(file, 'utf8');
  const withHash = (hash: string): void =>
    writeFileSync(
      file,
      text.replace(/^bo:.*$/m, () => `bo:${hash}`),
    );
  const login = (): Promise<Answered> =>
    server.ask({ method: 'PUT', path: '/-/user/org.couchdb.user:bo', body: { name: 'bo', password: passwordOf('bo') } });
  withHash(slowHash);
  expect((await login()).status).toBe(201);
  const comparing = login();
  await sleep(150);
  withHash(/^carol:(.*)$/m.exec(text)?.[1] ?? '');
  const answered = await comparing;
  expect([answered.status, answered.json['code']]).toEqual([401, 'MOBY-D402']);
  writeFileSync(file, text);
});

test('a byte of a tarball that the disk turned over is named by a look, and the server says no other integrity', async () => {
  const file = join(options.root, 'packages', name, 'redis-1.0.0.tgz');
  const bytes = readFileSync(file);
  const { dist } = (await server.ask({ path: publishPath() })).json['versions']['1.0.0'];
  writeFileSync(file, Buffer.from(bytes).fill(0x58, 3, 4));
  const again = (await server.ask({ path: publishPath(), headers: { 'cache-control': 'no-cache' } })).json['versions']['1.0.0'];
  expect(again.dist).toEqual(dist);
  expect((await publish(name, '1.0.0')).status).toBe(201);
  expect(readFileSync(file).equals(bytes)).toBe(true);
  writeFileSync(file, Buffer.from(bytes).fill(0x58, 3, 4));
  await server.stop();
  const { findings } = await checkStorage(options.root, { repair: false, now: () => new Date() });
  expect(findings.map(({ kind, path, remedy }) => [kind, path, remedy])).toEqual([
    ['wrong-bytes', 'packages/@moby/redis/redis-1.0.0.tgz', undefined],
  ]);
  writeFileSync(file, bytes);
  expect(server.log().filter(({ event }) => event === 'bug')).toEqual([]);
});

test.each([
  ['published.jsonl', (text: string) => text.replace('{', '<'), 'store-corrupt'],
  ['published.jsonl', (text: string) => text.replace(/sha512-.{6}/, 'sha512-') + text, 'store-corrupt'],
  ['secret', () => 'short', 'store-corrupt'],
  ['htpasswd', () => 'mike:secret\n', 'invalid-input'],
])('a damaged %s is said at the start, and the port stays closed', async (file, damage, code) => {
  const path = join(options.root, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, damage(text));
  await expect(startServer(options)).rejects.toMatchObject({ said: { code, failed: expect.stringContaining(path) } });
  writeFileSync(path, text);
});
