/** The first boot: what an engine is for, over its API from the host; at its end the daemon is killed and its containers live on. */
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { test } from 'node:test';
import { ask, at, endOf, hostPort, listAt, logsOf, outputOf, run, send, start, textAt, until } from './engine-api.mts';
import { imageOf, tarOf } from './image.mts';

await test('docker info is healthy', async () => {
  const info = await until('the engine', () => ask('GET', '/info'), () => true, 120_000);
  assert.equal(at(info, 'Driver'), 'overlay2');
  assert.equal(at(info, 'CgroupVersion'), '2');
  assert.ok(listAt(info, 'SecurityOptions').includes('name=seccomp,profile=builtin'), 'no seccomp');
  // What an engine says of a kernel that lacks something; its words about a TCP socket are about what only tests have.
  const warnings = listAt(info, 'Warnings').map(String).filter((line) => !line.includes('encryption'));
  assert.deepEqual(warnings, []);
});

await test('an image is loaded', async () => {
  const payload = process.env['MOBY_PAYLOAD_BUSYBOX'] ?? '';
  assert.notEqual(payload, '', 'MOBY_PAYLOAD_BUSYBOX is not set: run this by `moby-compose test`');
  const { status, body } = await send('POST', '/images/load?quiet=1', imageOf('base', payload));
  assert.equal(status, 200, body.toString());
  assert.equal(listAt(await ask('GET', '/images/base/json'), 'RootFS', 'Layers').length, 2);
});

await test('a container runs, limited, with an init', async () => {
  assert.equal(await run('echo hello'), 'hello\n');
  const limits = await run('cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max /sys/fs/cgroup/cpu.max /proc/1/comm', {
    host: { Memory: 32 * 1024 ** 2, PidsLimit: 64, NanoCpus: 500_000_000, Init: true },
  });
  assert.match(limits, new RegExp(`^${32 * 1024 ** 2}\n64\n50000 100000\n(docker-init|tini)`));
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
FROM base AS build
RUN echo made >/product
FROM base
COPY --from=build /product /product
COPY word /word
CMD ["cat", "/product", "/word"]
`;
  const context = tarOf([
    { name: 'Dockerfile', bytes: Buffer.from(dockerfile) },
    { name: 'word', bytes: Buffer.from('from the context\n') },
  ]);
  const { status, body } = await send('POST', '/build?t=built', context);
  assert.equal(status, 200, body.toString());
  assert.doesNotMatch(body.toString(), /"error"/);
  assert.equal(await outputOf('built'), 'made\nfrom the context\n');
});

await test('docker and buildx speak with the engine', async () => {
  const host = { Privileged: true, Binds: ['/:/host', '/tmp:/host/tmp'] };
  const inEngine = (command: string): Promise<string> => run(`exec env HOME=/tmp chroot /host /usr/bin/busybox sh -c '${command}'`, { host });
  assert.match(await inEngine('docker version --format "{{.Client.Version}} {{.Server.Version}}"'), /^\d\S+ \d\S+\n$/);
  const dockerfile = 'FROM base AS one\\nRUN echo kit >/kit\\nFROM base\\nCOPY --from=one /kit /kit\\n';
  await inEngine(
    `mkdir -p /tmp/context && cd /tmp/context && printf "${dockerfile}" >Dockerfile && ` +
      'docker buildx build --quiet -t kit . >/dev/null 2>/tmp/problem || { cat /tmp/problem; exit 1; }',
  );
  assert.equal(await outputOf('kit', ['cat', '/kit']), 'kit\n');
});

await test('logs and events tell what happened', async () => {
  const id = await start('echo to out; echo to err >&2');
  await endOf(id);
  assert.equal(await logsOf(`/containers/${id}/logs?stdout=1`), 'to out\n');
  assert.equal(await logsOf(`/containers/${id}/logs?stderr=1`), 'to err\n');
  const filters = encodeURIComponent(JSON.stringify({ container: [id] }));
  // An end by the machine's clock that lies before it: the engine answers with what has happened, and doesn't wait.
  const actions = async (): Promise<readonly unknown[]> => {
    const now = Date.parse(textAt(await ask('GET', '/info'), 'SystemTime'));
    const { body } = await send('GET', `/events?since=0&until=${Math.floor(now / 1000)}&filters=${filters}`);
    const lines = body.toString().split('\n');
    return lines.filter((line) => line !== '').map((line) => at(JSON.parse(line), 'Action'));
  };
  await until('its events', actions, (found) => ['create', 'start', 'die'].every((action) => found.includes(action)));
});

await test("a container's lines reach the log component", async () => {
  const options = { 'syslog-address': 'tcp://127.0.0.1:514', 'syslog-format': 'rfc5424', tag: 'greeter' };
  await endOf(await start('echo hello log', { host: { LogConfig: { Type: 'syslog', Config: options } } }));
  const read = (): Promise<string> => run('cat /log/containers.log', { host: { Binds: ['/var/lib/log:/log:ro'] } });
  await until('the line', read, (text) => /greeter.*hello log/.test(text));
});

await test('the daemon is killed, its containers live', async () => {
  const admin = (command: string): Promise<string> =>
    run(command, { host: { Privileged: true, PidMode: 'host', Binds: ['/etc/docker:/etc/docker'] } });
  const daemonOf = async (): Promise<string> => (await admin('pidof dockerd')).trim();
  await admin(`echo '{"live-restore": true}' >/etc/docker/daemon.json && kill -HUP $(pidof dockerd)`);
  await until('live-restore', () => ask('GET', '/info'), (info) => at(info, 'LiveRestoreEnabled') === true);
  const survivor = await start('while :; do sleep 1; done');
  const stateOf = async (): Promise<readonly unknown[]> => {
    const state = at(await ask('GET', `/containers/${survivor}/json`), 'State');
    return [at(state, 'Running'), at(state, 'Pid'), at(state, 'StartedAt')];
  };
  const before = await stateOf();
  assert.equal(before[0], true);
  for (const signal of ['KILL', 'TERM']) {
    const daemon = await daemonOf();
    // The container that sends the signal may lose its connection together with the daemon.
    await admin(`kill -${signal} ${daemon}`).catch(() => undefined);
    await until(`another daemon after ${signal}`, daemonOf, (pid) => pid !== '' && pid !== daemon, 120_000);
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
