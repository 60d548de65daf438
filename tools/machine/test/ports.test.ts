import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { portOfHostForwardError, settlePorts } from '../src/ports.ts';

async function takenPort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe("the host's ports of a machine", () => {
  test.each(['127.0.0.1', '0.0.0.0'])('one that is in use on %s is named, with the option that chooses another', async (host) => {
    const port = await takenPort(host);
    await expect(
      settlePorts([
        { host: 0, machine: 80 },
        { host: port, machine: 6379 },
      ]),
    ).rejects.toMatchObject({
      code: 'port-in-use',
      exitCode: 69,
      message: `port ${port} of 127.0.0.1 is in use, and the machine's port 6379 is to be reached there`,
      hints: [expect.stringMatching(/^choose another one: `--publish \d+:6379`$/), `see who has it: \`ss -ltnp 'sport = :${port}'\``],
    });
  });

  test('0 becomes a free one, each another', async () => {
    const [first, second] = await settlePorts([
      { host: 0, machine: 80 },
      { host: 0, machine: 81 },
    ]);
    expect([first?.machine, second?.machine]).toEqual([80, 81]);
    expect(first?.host).toBeGreaterThan(0);
    expect(first?.host).not.toBe(second?.host);
  });

  test('are free again afterwards', async () => {
    const settled = await settlePorts([{ host: 0, machine: 80 }]);
    expect(await settlePorts(settled)).toEqual(settled);
  });

  test('two ways over one port are refused', async () => {
    const port = (await settlePorts([{ host: 0, machine: 80 }]))[0]?.host ?? 0;
    await expect(
      settlePorts([
        { host: port, machine: 80 },
        { host: port, machine: 81 },
      ]),
    ).rejects.toMatchObject({ code: 'port-in-use' });
  });

  test("QEMU's complaint is recognised, and only that", () => {
    const complaint =
      "qemu-system-x86_64: -netdev user,id=n0,hostfwd=tcp:127.0.0.1:16379-:6379: Could not set up host forwarding rule 'tcp:127.0.0.1:16379-:6379'\n";
    expect(portOfHostForwardError(complaint)).toBe(16_379);
    expect(portOfHostForwardError('qemu-system-x86_64: -netdev user,id=n0: Invalid parameter')).toBeUndefined();
  });
});
