import { createServer } from 'node:net';
import { once } from 'node:events';
import { spawnSync } from 'node:child_process';
import { bootMachine } from '@moby/machine';
import { describeMachine, scratchFolder } from '@moby/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { portOfHostForwardError } from '../src/ports.ts';
import { hang, say, tinyArtifact } from './tiny-guest.ts';

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describeMachine('ports of a machine', () => {
  test('a port that is in use is named before QEMU starts', async () => {
    const port = await takenPort();
    const folder = scratchFolder();
    const artifact = tinyArtifact(folder, [hang], { ports: [{ host: port, machine: 6379, service: 'redis' }] });
    await expect(bootMachine({ artifact, folder, cacheFolder: folder, env: process.env })).rejects.toMatchObject({
      code: 'port-in-use',
      message: `port ${port} of 127.0.0.1 is in use, and the machine's port 6379 is to be reached there`,
    });
  });

  test("a port that is lost between our look and QEMU's is recognised in QEMU's words", async () => {
    const port = await takenPort();
    const { stderr, status } = spawnSync(
      'qemu-system-x86_64',
      ['-M', 'none', '-nodefaults', '-display', 'none', '-netdev', `user,id=n0,hostfwd=tcp:127.0.0.1:${port}-:6379`],
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect(status).toBe(1);
    expect(portOfHostForwardError(stderr)).toBe(port);
  });

  test('free ports are found for tests, and lead into the machine', async () => {
    const folder = scratchFolder();
    const artifact = tinyArtifact(folder, [say('moby: 0.1 init start\n'), hang]);
    const machine = await bootMachine({
      artifact,
      folder,
      cacheFolder: folder,
      env: process.env,
      ports: [
        { host: 0, machine: 22 },
        { host: 0, machine: 80 },
      ],
    });
    onTestFinished(async () => {
      await machine.kill();
    });
    expect(machine.port(22)).not.toBe(machine.port(80));
    expect(() => machine.port(443)).toThrow('port 443 of the machine was not forwarded');
    const { connect } = await import('node:net');
    const socket = connect(machine.port(80), '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  });
});
