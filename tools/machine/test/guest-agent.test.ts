import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type GuestAgent, speakAgent } from '../src/guest-agent.ts';

async function agentWith(serve: (socket: Socket) => void): Promise<GuestAgent> {
  const path = join(scratchFolder(), 'agent');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  }).listen(path);
  await once(server, 'listening');
  const socket = connect(path);
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  return speakAgent(socket);
}

describe('the agent of a test guest', () => {
  test('answers requests in turn, each up to its code, in any pieces', async () => {
    const agent = await agentWith((socket) => {
      socket.write('\u0000noise\nREA');
      setTimeout(() => socket.write('DY\n'), 10);
      socket.on('data', (data) => {
        for (const line of String(data).trim().split('\n')) {
          socket.write(`said ${line}\n.r`);
          setTimeout(() => socket.write(`c ${line.length}\n`), 5);
        }
      });
    });
    const answers = await Promise.all([agent.ask('sh ls'), agent.ask('two\nlines')]);
    expect(answers).toEqual([
      { output: 'said sh ls\n', code: 5 },
      { output: 'said two lines\n', code: 9 },
    ]);
  });

  test('that does not answer in time fails, and the next request may', async () => {
    const agent = await agentWith((socket) => socket.write('READY\n'));
    await expect(agent.ask('status', 50)).rejects.toMatchObject({
      code: 'guest-failed',
      message: "the guest's agent did not answer within 0.05 s",
    });
    await expect(agent.ask('status', 50)).rejects.toMatchObject({ code: 'guest-failed' });
  });

  test('that goes away fails', async () => {
    const agent = await agentWith((socket) => {
      socket.write('READY\n');
      socket.on('data', () => socket.end('half an answer'));
    });
    await expect(agent.ask('status')).rejects.toMatchObject({ message: 'the guest went away while its agent was asked' });
  });

  test('that never stops talking is stopped', async () => {
    const agent = await agentWith((socket) => {
      socket.write('READY\n');
      socket.on('data', () => {
        for (let count = 0; count < 100; count += 1) socket.write('x'.repeat(100_000));
      });
    });
    await expect(agent.ask('sh yes')).rejects.toMatchObject({ code: 'limit' });
  });
});
