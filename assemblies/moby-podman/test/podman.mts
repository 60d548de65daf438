/** The first boot: podman over Docker's API from the host, and what it refuses; at its end it is killed and its containers live on. */
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { test } from 'node:test';
import * as engine from './engine-api.mts';
import { ask, at, endOf, hostPort, listAt, logsOf, outputOf, send, textAt, until } from './engine-api.mts';
import { imageOf, tarOf } from './image.mts';

// A bare name means an image of the public registry; what is loaded by a bare name belongs to this host.
const image = 'localhost/base';
const start = (command: string, options: engine.Options = {}): Promise<string> => engine.start(command, { image, ...options });
const run = (command: string, options: engine.Options = {}): Promise<string> => engine.run(command, { image, ...options });

await test('info is healthy', async () => {
  const info = await until('podman', () => ask('GET', '/info'), () => true, 120_000);
  assert.equal(at(info, 'Driver'), 'overlay');
  assert.equal(at(info, 'CgroupVersion'), '2');
  assert.equal(at(info, 'CgroupDriver'), 'cgroupfs');
  assert.equal(at(info, 'DefaultRuntime'), 'crun');
  assert.ok(listAt(info, 'SecurityOptions').includes('name=seccomp,profile=default'), 'no seccomp');
  assert.deepEqual(listAt(info, 'Warnings'), []);
});

await test('an image is loaded', async () => {
  const payload = process.env['MOBY_PAYLOAD_BUSYBOX'] ?? '';
  assert.notEqual(payload, '', 'MOBY_PAYLOAD_BUSYBOX is not set: run this by `moby-compose test`');
  const { status, body } = await send('POST', '/images/load?quiet=1', imageOf('base', payload));
  assert.equal(status, 200, body.toString());
  assert.equal(listAt(await ask('GET', `/images/${image}/json`), 'RootFS', 'Layers').length, 2);
});

await test('a container runs, limited, with an init', async () => {
  assert.equal(await run('echo hello'), 'hello\n');
  const limits = await run('cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max /sys/fs/cgroup/cpu.max /proc/1/comm', {
    host: { Memory: 32 * 1024 ** 2, PidsLimit: 64, NanoCpus: 500_000_000, Init: true },
  });
  assert.match(limits, new RegExp(`^${32 * 1024 ** 2}\n64\n50000 100000\n(catatonit|podman-init)\n$`));
});

await test('a published port is reached from outside', async () => {
  const id = await start('mkdir /www; echo served >/www/index.html; exec httpd -f -p 80 -h /www', {
    exposed: { '80/tcp': {} },
    host: { PortBindings: { '80/tcp': [{ HostPort: '8080' }] } },
  });
  const text = await until('the page', () => page(hostPort(8080)), (found) => found !== '');
  assert.equal(text, 'served\n');
  await ask('DELETE', `/containers/${id}?force=1`);
});

await test("a volume's data outlives its container", async () => {
  await ask('POST', '/volumes/create', { Name: 'kept' });
  await run('echo precious >/data/file; sync', { host: { Binds: ['kept:/data'] } });
  assert.equal(await run('cat /data/file', { host: { Binds: ['kept:/data'] } }), 'precious\n');
});

await test('two containers talk by name on a network', async () => {
  await ask('POST', '/networks/create', { Name: 'own' });
  const id = await start('mkdir /www; echo by name >/www/index.html; exec httpd -f -p 80 -h /www', { name: 'web', network: 'own' });
  const answer = await run('for i in 1 2 3 4 5 6 7 8; do wget -q -O - http://web/ && exit; sleep 1; done; exit 1', { network: 'own' });
  assert.match(answer, /^by name$/m);
  await ask('DELETE', `/containers/${id}?force=1`);
});

await test('a multi-stage Dockerfile is built', async () => {
  const dockerfile = `
FROM ${image} AS build
RUN echo made >/product
FROM ${image}
COPY --from=build /product /product
COPY word /word
CMD ["cat", "/product", "/word"]
`;
  const context = tarOf([
    { name: 'Dockerfile', bytes: Buffer.from(dockerfile) },
    { name: 'word', bytes: Buffer.from('from the context\n') },
  ]);
  const { status, body } = await send('POST', '/build?t=localhost/built', context);
  assert.equal(status, 200, body.toString());
  assert.doesNotMatch(body.toString(), /"error"/);
  assert.equal(await outputOf('localhost/built'), 'made\nfrom the context\n');
});

await test('logs and events tell what happened', async () => {
  const id = await start('echo to out; echo to err >&2');
  await endOf(id);
  assert.equal(await logsOf(`/containers/${id}/logs?stdout=1`), 'to out\n');
  assert.equal(await logsOf(`/containers/${id}/logs?stderr=1`), 'to err\n');
  const filters = encodeURIComponent(JSON.stringify({ container: [id] }));
  // Podman reads its file of events until this moment has come; of a moment that is over it tells nothing at all.
  const actions = async (): Promise<readonly unknown[]> => {
    const now = Date.parse(textAt(await ask('GET', '/info'), 'SystemTime'));
    const { body } = await send('GET', `/events?since=0&until=${Math.ceil(now / 1000) + 5}&filters=${filters}`);
    const lines = body.toString().split('\n');
    return lines.filter((line) => line !== '').map((line) => at(JSON.parse(line), 'Action'));
  };
  await until('its events', actions, (found) => ['create', 'start', 'die'].every((action) => found.includes(action)));
});

await test('what podman is not is refused', async () => {
  for (const [path, body] of [['/swarm/init', { ListenAddr: '0.0.0.0:2377' }], ['/session', undefined]] as const) {
    const { status } = await send('POST', path, body);
    assert.ok(status >= 400, `${path}: ${status}`);
  }
  const syslog = { Image: image, Cmd: ['true'], HostConfig: { LogConfig: { Type: 'syslog', Config: {} } } };
  const made = await send('POST', '/containers/create', syslog);
  assert.ok(made.status >= 400, `a container that logs to syslog: ${made.status} ${made.body.toString()}`);
});

await test('podman is killed, its containers live', async () => {
  const admin = (command: string): Promise<string> => run(command, { network: 'host', host: { Privileged: true, PidMode: 'host' } });
  const serversOf = async (): Promise<string> => (await admin('pidof podman')).trim();
  const survivor = await start('while :; do sleep 1; done');
  const stateOf = async (): Promise<readonly unknown[]> => {
    const state = at(await ask('GET', `/containers/${survivor}/json`), 'State');
    return [at(state, 'Running'), at(state, 'Pid'), at(state, 'StartedAt')];
  };
  const before = await stateOf();
  assert.equal(before[0], true);
  for (const signal of ['KILL', 'TERM']) {
    const servers = (await serversOf()).split(' ');
    // The container that sends the signal may lose its connection together with podman.
    await admin(`kill -${signal} ${servers.join(' ')}`).catch(() => undefined);
    const others = (found: string): boolean => found !== '' && found.split(' ').every((pid) => !servers.includes(pid));
    await until(`other servers after ${signal}`, serversOf, others, 120_000);
    assert.deepEqual(await stateOf(), before);
  }
  await ask('DELETE', `/containers/${survivor}?force=1`);
});

function page(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, agent: false, timeout: 5000 }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve(Buffer.concat(parts).toString()));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer within 5 s')));
    asked.on('error', reject);
  });
}
