/** The first boot: podman over Docker's API from the host, and what it refuses; at its end it is killed and its containers live on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, at, listAt, run, send, until } from './engine-api.mts';
import { commonPoints, leaveRunning, podman, survives } from './points.mts';

const image = `${podman.prefix}base`;

await test('info is healthy', async () => {
  const info = await until('podman', () => ask('GET', '/info'), () => true, 120_000);
  assert.equal(at(info, 'Driver'), 'overlay');
  assert.equal(at(info, 'CgroupVersion'), '2');
  assert.equal(at(info, 'CgroupDriver'), 'cgroupfs');
  assert.equal(at(info, 'DefaultRuntime'), 'crun');
  assert.ok(listAt(info, 'SecurityOptions').includes('name=seccomp,profile=default'), 'no seccomp');
  assert.deepEqual(listAt(info, 'Warnings'), []);
});

await commonPoints(podman);

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
  const host = { Privileged: true, PidMode: 'host' };
  await survives(podman, 'podman', (command) => run(command, { image, network: 'host', host }));
});

await test('a container is left running', () => leaveRunning(podman));
