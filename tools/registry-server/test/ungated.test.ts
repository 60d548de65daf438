import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pinnedNode, removeFolder, temporaryFolder } from '@moby/testkit';
import { hashBytes } from '../src/storage/hash-file.ts';
import { openStorage } from '../src/storage/open-storage.ts';
import { addVersion } from '../src/storage/write-package.ts';
import { passwordOf, prepareRoot, publishBody, send, type Json } from './running-server.ts';

const entry = fileURLToPath(new URL('ungated-entry.ts', import.meta.url));
let root: string;
let child: ChildProcess;
let port: number;

beforeAll(async () => {
  root = temporaryFolder();
  prepareRoot(root);
  const now = (): Date => new Date();
  const storage = await openStorage(root, { now });
  const tarball = Buffer.from('bytes');
  await addVersion({ storage: storage.folder, journal: storage.journal, keys: storage.keys, now }, undefined, {
    name: '@moby/redis',
    version: '1.0.0',
    document: { name: '@moby/redis', version: '1.0.0', description: 'a component' },
    readme: '',
    payload: 'unproven',
    tarball,
    tags: { next: '1.0.0' },
    by: 'carol',
    ...hashBytes(tarball),
  });
  await storage.close();
  child = spawn(pinnedNode(), ['-C', 'source', entry, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no stdout');
  const [line]: readonly unknown[] = await once(child.stdout.setEncoding('utf8'), 'data');
  port = Number(line);
}, 30_000);

afterAll(async () => {
  child.kill('SIGKILL');
  await once(child, 'close');
  await removeFolder(root);
});

const basic = `Basic ${Buffer.from(`stella:${passwordOf('stella')}`).toString('base64')}`;

function stored(): Json {
  const files = readdirSync(join(root, 'packages/@moby'), { recursive: true, withFileTypes: true }).filter((found) => found.isFile());
  return files.map((file) => [
    file.name,
    createHash('sha256')
      .update(readFileSync(join(file.parentPath, file.name)))
      .digest('hex'),
  ]);
}

const wiped = { _id: '@moby/redis', name: '@moby/redis', 'dist-tags': {}, versions: {} };
const deprecated = {
  ...wiped,
  versions: { '1.0.0': { name: '@moby/redis', version: '1.0.0', deprecated: 'x' } },
  'dist-tags': { latest: '1.0.0' },
  _attachments: {},
};

test('without the gate, the configuration alone keeps reads open', async () => {
  expect((await send(port, { path: '/@moby%2fredis' })).json['versions']).toHaveProperty(['1.0.0']);
  expect((await send(port, { path: '/-/whoami', headers: { authorization: basic } })).json).toEqual({ username: 'stella' });
});

test.each([
  ['PUT', '/@moby%2fredis', publishBody({ version: '1.0.1' })],
  ['PUT', '/@moby/redis', publishBody({ version: '1.0.1' })],
  ['PUT', '/%40moby/redis', publishBody({ version: '1.0.1' })],
  ['PUT', '/%40moby%2fredis', publishBody({ version: '1.0.1' })],
  ['PUT', '/@moby%2fnew', publishBody({ name: '@moby/new' })],
  ['PUT', '/@moby%2fredis/-rev/x', wiped],
  ['PUT', '/@moby/redis/-rev/x', wiped],
  ['PUT', '/@moby%2fredis', deprecated],
  ['PUT', '/@moby%2fredis', { _id: '@moby/redis', users: { stella: true } }],
  ['PUT', '/@moby%2fredis/latest', '"1.0.0"'],
  ['PUT', '/@moby%2fredis/evil', '"1.0.0"'],
  ['PUT', '/-/package/@moby%2fredis/dist-tags/latest', '"1.0.0"'],
  ['POST', '/-/package/@moby%2fredis/dist-tags/latest', '"1.0.0"'],
  ['POST', '/-/package/@moby%2fredis/dist-tags', { latest: '1.0.0' }],
  ['DELETE', '/-/package/@moby%2fredis/dist-tags/next', undefined],
  ['DELETE', '/@moby%2fredis/-rev/x', undefined],
  ['DELETE', '/@moby/redis/-rev/x', undefined],
  ['DELETE', '/@moby%2fredis/-/redis-1.0.0.tgz/-rev/x', undefined],
  ['PUT', '/@moby%2fredis/-/redis-2.0.0.tgz/x', undefined],
  ['PUT', '/unscoped', publishBody({ name: 'unscoped' })],
  ['PUT', '/@other%2fx', publishBody({ name: '@other/x' })],
] as const)('without the gate, nobody may %s %s', async (method, path, body) => {
  const before = stored();
  const asked = { method, path, ...(body === undefined ? {} : { body }) };
  expect((await send(port, { ...asked, headers: { authorization: basic } })).status).toBe(403);
  expect((await send(port, asked)).status).toBe(401);
  expect(stored()).toEqual(before);
});

test('without the gate, nobody registers', async () => {
  const { status } = await send(port, { method: 'PUT', path: '/-/user/org.couchdb.user:new', body: { name: 'new', password: 'password' } });
  expect(status).toBe(409);
});
