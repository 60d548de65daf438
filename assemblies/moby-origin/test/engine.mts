/** The first boot: what an engine is for, over its API from the host; at its end the daemon is killed and its containers live on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, at, endOf, listAt, outputOf, run, start, textAt, until } from './engine-api.mts';
import { commonPoints, docker, leaveRunning, survives } from './points.mts';

await test('docker info is healthy', async () => {
  const info = await until('the engine', () => ask('GET', '/info'), () => true, 120_000);
  assert.equal(at(info, 'Driver'), 'overlay2');
  assert.equal(at(info, 'CgroupVersion'), '2');
  assert.match(textAt(info, 'OperatingSystem'), /^moby-origin \d/);
  assert.ok(listAt(info, 'SecurityOptions').includes('name=seccomp,profile=builtin'), 'no seccomp');
  // What an engine says of a kernel that lacks something; its words about a TCP socket are about what only tests have.
  const warnings = listAt(info, 'Warnings').map(String).filter((line) => !line.includes('encryption'));
  assert.deepEqual(warnings, []);
});

await commonPoints(docker);

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

await test("a container's lines reach the log component", async () => {
  const options = { 'syslog-address': 'tcp://127.0.0.1:514', 'syslog-format': 'rfc5424', tag: 'greeter' };
  await endOf(await start('echo hello log', { host: { LogConfig: { Type: 'syslog', Config: options } } }));
  const read = (): Promise<string> => run('cat /log/containers.log', { host: { Binds: ['/var/lib/log:/log:ro'] } });
  await until('the line', read, (text) => /greeter.*hello log/.test(text));
});

await test('the daemon is killed, its containers live', async () => {
  const admin = (command: string): Promise<string> =>
    run(command, { host: { Privileged: true, PidMode: 'host', Binds: ['/etc/docker:/etc/docker'] } });
  const restoreLive = async (wanted: boolean): Promise<void> => {
    await admin(`echo '{"live-restore": ${wanted}}' >/etc/docker/daemon.json && kill -HUP $(pidof dockerd)`);
    await until('live-restore', () => ask('GET', '/info'), (info) => at(info, 'LiveRestoreEnabled') === wanted);
  };
  await restoreLive(true);
  await survives(docker, 'dockerd', admin);
  await restoreLive(false);
});

await test('a container is left running', () => leaveRunning(docker));
