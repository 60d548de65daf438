import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { prepareRoot, publishBody, publishPath, startServer, type Answered, type RunningServer } from './running-server.ts';

let server: RunningServer;
let root: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  root = temporaryFolder();
  server = await startServer(prepareRoot(root, 'limits: { idleMs: 3000, addressConnections: 2000 }\n'));
  for (const user of ['carol', 'mike', 'stella', 'bo']) tokens[user] = await server.login(user);
}, 60_000);

afterAll(async () => {
  await server.kill();
  await removeFolder(root);
});

function publish(name: string, user: string, bytes = Buffer.from(name)): Promise<Answered> {
  return server.ask({ method: 'PUT', path: publishPath(name), token: tokens[user], body: publishBody({ name, bytes }) });
}

function openFiles(): number {
  return readdirSync(`/proc/${server.process.pid}/fd`).length;
}

/** A connection that says something and then no more than it is told to. */
async function say(text: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const head = (user: string, name: string, bytes: number): string =>
  `PUT ${publishPath(name)} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokens[user]}\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`;

test('of 1,000 publishes of one user some are put off, all that were acknowledged are there, and others are not disturbed', async () => {
  const names = Array.from({ length: 1000 }, (_, i) => `@moby/flood-${i}`);
  const [answers, beside] = await Promise.all([
    Promise.all(names.map((name) => publish(name, 'carol'))),
    Promise.all(Array.from({ length: 20 }, (_, i) => publish(`@moby/beside-${i}`, 'mike'))),
  ]);
  expect(beside.map(({ status }) => status).filter((status) => status !== 201)).toEqual([]);
  const putOff = answers.filter(({ status }) => status === 429);
  expect(putOff.length).toBeGreaterThan(0);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 429]));
  for (const { json, headers } of putOff) expect([json['code'], Number(headers['retry-after']) > 0]).toEqual(['MOBY-D429', true]);
  for (const [at, { status }] of answers.entries()) {
    const name = names[at] ?? '';
    const read = await server.ask({ path: `/${name}/-/${name.slice(6)}-1.0.0.tgz` });
    expect([name, read.status, status === 201 ? read.text : name]).toEqual([name, status === 201 ? 200 : 404, name]);
  }
});

test('200 different components and 50 versions of one at once are all there', async () => {
  const names = Array.from({ length: 200 }, (_, i) => `@moby/parallel-${i}`);
  const versions = Array.from({ length: 50 }, (_, i) => `1.${i % 7}.${i}`);
  const answers = await Promise.all([
    ...names.map((name) => publish(name, 'stella')),
    ...versions.map((version) =>
      server.ask({
        method: 'PUT',
        path: publishPath('@moby/fifty'),
        token: tokens['bo'],
        body: publishBody({ name: '@moby/fifty', version }),
      }),
    ),
  ]);
  expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  expect(Object.keys((await server.ask({ path: publishPath('@moby/fifty') })).json['versions']).sort()).toEqual([...versions].sort());
  for (const name of names) expect((await server.ask({ path: `/${name}/-/${name.slice(6)}-1.0.0.tgz` })).text).toBe(name);
});

test('100 slow bodies of 10 MB of one user stall neither reads nor what others publish', async () => {
  const bytes = 10_000_000;
  const slow = await Promise.all(Array.from({ length: 100 }, (_, i) => say(head('mike', `@moby/slow-${i}`, bytes))));
  const trickle = setInterval(() => {
    for (const socket of slow) if (socket.writable) socket.write(' '.repeat(1000));
  }, 200);
  onTestFinished(() => clearInterval(trickle));
  await sleep(1000);
  for (let i = 0; i < 50; i += 1) {
    expect((await server.ask({ path: publishPath('@moby/beside-1') })).status).toBe(200);
    expect((await server.ask({ path: '/-/readyz' })).status).toBe(200);
  }
  expect((await publish('@moby/during-slow', 'bo', Buffer.alloc(2_000_000, 'x'))).status).toBe(201);
  expect(slow.filter((socket) => socket.destroyed)).toEqual([]);
  clearInterval(trickle);
  for (const socket of slow) socket.destroy();
  expect((await publish('@moby/after-slow', 'mike')).status).toBe(201);
  expect((await server.ask({ path: publishPath('@moby/slow-1') })).status).toBe(404);
});

test('clients that don’t take what they asked for are let go, and their files with them', async () => {
  expect((await publish('@moby/heavy', 'bo', Buffer.alloc(8_000_000, 'x'))).status).toBe(201);
  const before = openFiles();
  const text = 'GET /@moby/heavy/-/heavy-1.0.0.tgz HTTP/1.1\r\nhost: x\r\n\r\n';
  const stuck = await Promise.all(Array.from({ length: 40 }, () => say(text)));
  await expect.poll(openFiles).toBeGreaterThan(before + 40);
  await expect.poll(openFiles, { timeout: 20_000 }).toBeLessThanOrEqual(before + 5);
  for (const socket of stuck) socket.destroy();
});

test('500 clients that go away in the middle of a tarball leave nothing open', async () => {
  const before = openFiles();
  for (let round = 0; round < 10; round += 1) {
    const sockets = await Promise.all(
      Array.from({ length: 50 }, () => say('GET /@moby/heavy/-/heavy-1.0.0.tgz HTTP/1.1\r\nhost: x\r\n\r\n')),
    );
    await Promise.all(sockets.map((socket) => once(socket, 'readable')));
    for (const socket of sockets) socket.destroy();
  }
  await expect.poll(openFiles, { timeout: 20_000 }).toBeLessThanOrEqual(before + 5);
  expect((await server.ask({ path: '/@moby/heavy/-/heavy-1.0.0.tgz' })).bytes.length).toBe(8_000_000);
});

test('connections that say nothing, or a header a second, are closed', async () => {
  const silent = await Promise.all(Array.from({ length: 50 }, () => say('')));
  const started = await Promise.all(Array.from({ length: 50 }, () => say('GET / HTTP/1.1\r\nhost: x\r\nx-a: ')));
  const trickle = setInterval(() => {
    for (const socket of started) if (socket.writable) socket.write('a');
  }, 500);
  onTestFinished(() => clearInterval(trickle));
  await Promise.all([...silent, ...started].map((socket) => once(socket.resume(), 'close')));
  expect((await server.ask({ path: '/-/healthz' })).status).toBe(200);
});

test('nothing of all that was a bug of the server', () => {
  expect(server.log().filter(({ event }) => event === 'bug')).toEqual([]);
});
