import { connect } from 'node:net';
import { bootMachine } from '@moby/machine';
import type { Artifact } from '@moby/model';

/** The figure's resolution. A question that the guest was not yet there for is never answered, so nothing waits for it. */
const askEveryMs = 25;
const answerWithinMs = 500;
const limitMs = 120_000;

/** Boots an artifact with redis in it; seconds from QEMU's start until it answers PING. */
export async function secondsUntilPong(artifact: Artifact, folder: string, cacheFolder: string): Promise<number> {
  const machine = await bootMachine({
    artifact,
    folder,
    cacheFolder,
    env: process.env,
    ports: [{ host: 0, machine: 6379 }],
    silentAfterMs: limitMs,
    limitMs,
  });
  try {
    const port = machine.port(6379);
    const over = new AbortController();
    void machine.exited.then(() => over.abort());
    let answeredMs: number | undefined;
    while (answeredMs === undefined && !over.signal.aborted && machine.now() < limitMs) {
      void ping(port).then((answered) => {
        if (answered) answeredMs ??= machine.now();
      });
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
    if (answeredMs !== undefined) return answeredMs / 1000;
    throw new Error(`no PONG after ${(machine.now() / 1000).toFixed(1)} s:\n${machine.consoleTail().join('\n')}`);
  } finally {
    await machine.kill();
  }
}

function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(answerWithinMs, () => end(false));
    socket.on('data', (data) => end(data.toString('latin1').startsWith('+PONG')));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}
