import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scratchFolder } from '@moby/testkit';
import { checkStorage } from '../src/storage/open-storage.ts';
import {
  NotServing,
  prepareRoot,
  publishBody,
  publishPath,
  startServer,
  type Answered,
  type RunningServer,
  type StartOptions,
} from './running-server.ts';
import type { EntryOptions } from './server-entry.ts';

const now = (): Date => new Date();

async function start(options: EntryOptions, how?: StartOptions): Promise<RunningServer> {
  const server = await startServer(options, how);
  onTestFinished(() => server.kill());
  return server;
}

function publish(server: RunningServer, token: string, name: string, bytes: Buffer, version = '1.0.0'): Promise<Answered> {
  return server.ask({ method: 'PUT', path: publishPath(name), token, body: publishBody({ name, version, bytes }) });
}

/** Each name's tarball as it was sent. */
async function expectAll(server: RunningServer, sent: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [name, bytes] of sent) {
    expect(Object.keys((await server.ask({ path: publishPath(name) })).json['versions'])).toEqual(['1.0.0']);
    expect((await server.ask({ path: `/${name}/-/${name.slice(6)}-1.0.0.tgz` })).bytes.equals(bytes)).toBe(true);
  }
}

function leftovers(root: string): readonly string[] {
  const files = readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.includes('.tmp') || file.endsWith('.next'));
}

test.skipIf(process.getuid?.() !== 0)(
  'a full disk refuses what has no room, keeps the rest, and is written again once there is room',
  async () => {
    const disk = join(scratchFolder(), 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    onTestFinished(() => void execFileSync('umount', ['-l', disk]));
    const options = prepareRoot(join(disk, 'registry'));
    const server = await start(options);
    const token = await server.login('mike');
    const sent = new Map<string, Buffer>();
    const answers: Answered[] = [];
    for (let i = 0; i < 60; i += 1) {
      const bytes = Buffer.alloc(100_000 + i * 7, `bytes of ${i} `);
      const answered = await publish(server, token, `@moby/full-${i}`, bytes);
      answers.push(answered);
      if (answered.status === 201) sent.set(`@moby/full-${i}`, bytes);
    }
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.length).toBeGreaterThan(10);
    expect(new Set(refused.map(({ status, json }) => `${status} ${json['code']}`))).toEqual(new Set(['507 MOBY-D507']));
    expect(refused[0]?.json['error']).toBe('MOBY-D507 not-stored: no space is left on the registry’s disk; try again later');
    expect(sent.size).toBeGreaterThan(10);
    await expectAll(server, sent);
    expect(leftovers(options.root)).toEqual([]);

    const [first = ''] = sent.keys();
    const document = (await server.ask({ path: publishPath(first) })).json;
    document['versions']['1.0.0'].deprecated = 'x'.repeat(1000);
    const ballast = join(disk, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(4_000_000))).toThrow(/ENOSPC/);
    for (const { method, path, body } of [
      { method: 'PUT', path: publishPath(first), body: { ...document, _attachments: {} } },
      { method: 'PUT', path: `/-/package/${first.replace('/', '%2f')}/dist-tags/tested`, body: '"1.0.0"' },
      { method: 'POST', path: `/-/moby/v1/package/${first.replace('/', '%2f')}/promote`, body: { version: '1.0.0' } },
      { method: 'PUT', path: publishPath('@moby/tiny'), body: publishBody({ name: '@moby/tiny' }) },
    ]) {
      const { status, json } = await server.ask({ method, path, token, body });
      expect([status, json['code']]).toEqual([507, 'MOBY-D507']);
    }
    await expectAll(server, sent);
    await server.stop();
    await expect(startServer(options)).rejects.toMatchObject({ said: { code: 'no-space' } });
    rmSync(ballast);

    const again = await start(options);
    expect((await again.ask({ path: publishPath('@moby/tiny') })).status).toBe(404);
    await expectAll(again, sent);
    expect((await publish(again, token, '@moby/room', Buffer.from('there is room'))).status).toBe(201);
    await again.stop();
    expect((await checkStorage(options.root, { repair: false, now })).findings).toEqual([]);
    expect(again.log().filter(({ event }) => event === 'bug')).toEqual([]);
    expect(server.log().filter(({ event }) => event === 'bug')).toEqual([]);
  },
);

/** Files of the server may have 20 to 40 kB, as a shell counts its blocks. */
const limited: StartOptions = { prefix: ['sh', '-c', 'ulimit -f 40; exec "$@"', 'sh'] };

test('where files may not grow, a tarball, a document and the journal end whole at the limit', async () => {
  const options = prepareRoot(scratchFolder());
  const server = await start(options, limited);
  const token = await server.login('mike');
  const large = await publish(server, token, '@moby/large', Buffer.alloc(60_000));
  expect([large.status, large.json['code']]).toEqual([507, 'MOBY-D507']);
  expect((await server.ask({ path: publishPath('@moby/large') })).status).toBe(404);
  const sent = new Map<string, Buffer>();
  const statuses: number[] = [];
  for (let round = 0; round < 25; round += 1) {
    const names = Array.from({ length: 12 }, (_, i) => `@moby/small-${round}-${i}`);
    const answers = await Promise.all(names.map((name) => publish(server, token, name, Buffer.from(`bytes of ${name}`))));
    for (const [at, { status }] of answers.entries()) {
      statuses.push(status);
      if (status === 201) sent.set(names[at] ?? '', Buffer.from(`bytes of ${names[at]}`));
    }
  }
  expect(new Set(statuses)).toEqual(new Set([201, 507]));
  expect(statuses.at(-1)).toBe(507);
  await expectAll(server, sent);
  expect(leftovers(options.root)).toEqual([]);
  const journal = readFileSync(join(options.root, 'published.jsonl'), 'utf8');
  expect(journal.endsWith('}\n')).toBe(true);
  expect(journal.trimEnd().split('\n')).toHaveLength(sent.size);
  expect(server.log().filter(({ event }) => event === 'bug')).toEqual([]);
  await server.kill();

  const again = await start(options);
  expect(again.ready['findings'].filter(({ remedy }: { readonly remedy?: string }) => remedy === undefined)).toEqual([]);
  await expectAll(again, sent);
  expect((await publish(again, token, '@moby/large', Buffer.alloc(60_000))).status).toBe(201);
  await again.stop();
  expect((await checkStorage(options.root, { repair: false, now })).findings).toEqual([]);
});

test('where no file can be opened any more, requests are refused one by one, and it goes on when there are some again', async () => {
  const options = prepareRoot(scratchFolder(), 'limits: { idleMs: 2000 }\n');
  const server = await start(options, { prefix: ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'] });
  const token = await server.login('mike');
  expect((await publish(server, token, '@moby/before', Buffer.from('before'))).status).toBe(201);
  const flood = await Promise.allSettled(
    Array.from({ length: 200 }, (_, i) => publish(server, token, `@moby/flood-${i}`, Buffer.from(`bytes ${i}`))),
  );
  const statuses = flood.map((each) => (each.status === 'fulfilled' ? each.value.status : 0));
  expect(statuses.filter((status) => ![0, 201, 408, 503, 507].includes(status))).toEqual([]);
  expect(statuses.filter((status) => status !== 201).length).toBeGreaterThan(0);
  await expect.poll(async () => (await publish(server, token, '@moby/after', Buffer.from('after'))).status, { timeout: 20_000 }).toBe(201);
  const sent = new Map(statuses.flatMap((status, i) => (status === 201 ? [[`@moby/flood-${i}`, Buffer.from(`bytes ${i}`)] as const] : [])));
  await expectAll(server, sent);
  await server.stop();
  expect((await checkStorage(options.root, { repair: false, now })).findings).toEqual([]);
  expect(server.log().filter(({ event }) => event === 'bug')).toEqual([]);
});

test('a log that can’t be written stops no request', async () => {
  const options = prepareRoot(scratchFolder());
  const server = await start(options);
  server.process.stderr?.destroy();
  server.process.stdout?.destroy();
  const token = await server.login('mike');
  expect((await publish(server, token, '@moby/unlogged', Buffer.from('x'))).status).toBe(201);
  expect((await server.ask({ path: '/-/whoami', token })).json).toEqual({ username: 'mike' });
});

test('a folder that can’t be written is said at the start', async () => {
  const root = scratchFolder();
  writeFileSync(join(root, 'file'), '');
  await expect(startServer({ root: join(root, 'file/registry') })).rejects.toThrow(NotServing);
});
