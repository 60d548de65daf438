import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { NotServing, prepareRoot, publishBody, publishPath, startServer, type Json, type RunningServer } from './running-server.ts';
import type { EntryOptions } from './server-entry.ts';

async function start(options: EntryOptions): Promise<RunningServer> {
  const server = await startServer(options);
  onTestFinished(() => server.kill());
  return server;
}

async function refused(options: EntryOptions): Promise<NotServing> {
  try {
    const server = await start(options);
    throw new Error(`it serves at ${server.url}`);
  } catch (error) {
    if (error instanceof NotServing) return error;
    throw error;
  }
}

test('starts on an empty folder, is healthy and ready, and stops with 0', async () => {
  const root = scratchFolder();
  const server = await start({ root: join(root, 'deep/er') });
  expect(server.ready).toMatchObject({ packages: 0, versions: 0, findings: [], root: join(root, 'deep/er') });
  for (const [path, status] of [
    ['/-/healthz', 'ok'],
    ['/-/readyz', 'ready'],
  ] as const) {
    expect((await server.ask({ path })).json).toMatchObject({ status });
    expect((await server.ask({ path, method: 'HEAD' })).status).toBe(200);
  }
  expect(await server.stop()).toBe(0);
  expect(server.log().map(({ event }) => event)).toEqual(expect.arrayContaining(['ready', 'request', 'stopping', 'stopped']));
  expect(
    server
      .stderr()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('{')),
  ).toEqual([]);
});

test('without rules nothing is published', async () => {
  const server = await start({ ...prepareRoot(scratchFolder()), rules: 'none' });
  const answered = await server.ask({ method: 'PUT', path: publishPath(), token: await server.login('stella'), body: publishBody() });
  expect([answered.status, answered.json['code']]).toEqual([503, 'MOBY-D501']);
});

test('without its plugin the port is never open', async () => {
  const root = scratchFolder();
  const { said, exitCode, stderr } = await refused({ root, pluginFolder: join(root, 'no-such-folder') });
  expect(said).toMatchObject({ code: 'gate-open', failed: expect.stringContaining('the gate does not stand before the registry') });
  expect(exitCode).toBe(1);
  expect(stderr).not.toContain('"ready"');
});

test.each([
  ['does nothing', 'module.exports = () => ({ register_middlewares: () => undefined });'],
  [
    'answers with a refusal of its own',
    `module.exports = () => ({ register_middlewares: (app) => app.use((q, s) => s.status(405).json({ code: 'MOBY-D405' })) });`,
  ],
  [
    'guards the plain address only',
    `module.exports = () => ({ register_middlewares: (app) => app.put('/:package', (q, s) => s.status(401).json({ code: 'MOBY-D401', nonce: q.headers['x-moby-nonce'] })) });`,
  ],
  ['breaks when it is loaded', 'throw new Error("broken");'],
  ['breaks when it is installed', 'module.exports = () => ({ register_middlewares: () => { throw new Error("broken"); } });'],
  ['is something else', 'module.exports = 5;'],
])('with a plugin in its place that %s, the port is never open', async (_, source) => {
  const root = scratchFolder();
  const plugin = join(root, 'plugins/verdaccio-moby-gate');
  mkdirSync(plugin, { recursive: true });
  writeFileSync(join(plugin, 'index.js'), source);
  const { exitCode, stderr } = await refused({ root: join(root, 'r'), pluginFolder: join(root, 'plugins') });
  expect(exitCode).toBe(1);
  expect(stderr).not.toContain('"ready"');
});

test('a second server on the same folder is told who owns it; after a kill the folder is free', async () => {
  const options = prepareRoot(scratchFolder());
  const first = await start(options);
  const { said, exitCode } = await refused(options);
  expect([exitCode, said['code'], said['failed']]).toEqual([1, 'storage-in-use', expect.stringContaining(`process ${first.process.pid}:`)]);
  await first.kill();
  const second = await start(options);
  expect((await second.ask({ path: '/-/ping' })).status).toBe(200);
});

test('what a crash left is mended at the start, and said', async () => {
  const options = prepareRoot(scratchFolder());
  const first = await start(options);
  const token = await first.login('carol');
  await first.ask({ method: 'PUT', path: publishPath(), token, body: publishBody() });
  await first.kill();
  writeFileSync(join(options.root, 'packages/@moby/redis/package.json.lock'), '');
  const second = await start(options);
  expect(second.ready['findings']).toMatchObject([
    { kind: 'stale-lock', path: 'packages/@moby/redis/package.json.lock', remedy: 'removed', isMended: true },
  ]);
  expect(second.log().find(({ event }) => event === 'storage')).toMatchObject({ kind: 'stale-lock', level: 'warn' });
  const again = await second.ask({ method: 'PUT', path: publishPath(), token, body: publishBody({ version: '1.0.1' }) });
  expect(again.status).toBe(201);
  expect((await second.ask({ path: publishPath() })).json['versions']).toHaveProperty(['1.0.0']);
});

test('a request that is being answered ends before the server does', async () => {
  const options = prepareRoot(scratchFolder());
  const server = await start(options);
  const token = await server.login('carol');
  const body = JSON.stringify(publishBody());
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
  await once(socket, 'connect');
  socket.write(
    `PUT ${publishPath()} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 50)}`,
  );
  await server.ask({ path: '/-/ping' });
  server.process.kill('SIGTERM');
  await expect.poll(() => server.log().some(({ event }) => event === 'stopping')).toBe(true);
  await expect(server.ask({ path: '/-/ping' })).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/);
  socket.write(body.slice(50));
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  expect(await server.stop()).toBe(0);
  expect(readFileSync(join(options.root, 'published.jsonl'), 'utf8')).toContain('"version":"1.0.0"');
});

test('a port that is taken is said, and the folder is free again', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const root = scratchFolder();
  const config = join(root, 'registry.yaml');
  writeFileSync(config, `listen: 127.0.0.1:${port}\n`);
  const { said } = await refused({ root, config });
  expect(said).toEqual({ code: 'port-in-use', failed: `\`127.0.0.1:${port}\` is in use` });
  await start({ root });
});

test('a user without a bcrypt hash is no user to start with', async () => {
  const root = scratchFolder();
  for (const line of [
    'carol:{SHA}x',
    'carol:$apr1$x',
    'carol',
    'carol:{PLAIN}x',
    '../x:$2a$08$.ZQNkZ0Pl5IQChWxnx1JZOmDFyDZtx9YlOXqblh6EyI6MgxAGC1y.',
  ]) {
    writeFileSync(join(root, 'htpasswd'), `${line}\n`);
    const { said } = await refused({ root });
    expect(said).toMatchObject({ code: 'invalid-input', failed: `line 1 of \`${join(root, 'htpasswd')}\` is no user with a bcrypt hash` });
  }
}, 60_000);

test('tokens outlive a restart', async () => {
  const options = prepareRoot(scratchFolder());
  const first = await start(options);
  const token = await first.login('carol');
  await first.stop();
  const second = await start(options);
  const whoami: Json = (await second.ask({ path: '/-/whoami', token })).json;
  expect(whoami).toEqual({ username: 'carol' });
});

test('a folder that is taken away ends the server', async () => {
  const options = prepareRoot(scratchFolder());
  const server = await start(options);
  const { rmSync, readdirSync } = await import('node:fs');
  for (const file of readdirSync(options.root)) if (file.startsWith('owner-')) rmSync(join(options.root, file));
  await once(server.process, 'close');
  expect(server.process.exitCode).toBe(1);
}, 30_000);
