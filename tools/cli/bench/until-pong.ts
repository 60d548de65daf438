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
    const answer = firstAnswer(port, () => over.signal.aborted || machine.now() >= limitMs);
    if (await answer) return machine.now() / 1000;
    throw new Error(`no PONG after ${(machine.now() / 1000).toFixed(1)} s:\n${machine.consoleTail().join('\n')}`);
  } finally {
    await machine.kill();
  }
}

/** Asks again and again until an answer has come, or `isOver`. */
function firstAnswer(port: number, isOver: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isOver()) end(false);
      else ping(port, () => end(true));
    }, askEveryMs);
    const end = (answered: boolean): void => {
      clearInterval(timer);
      resolve(answered);
    };
  });
}

function ping(port: number, answered: () => void): void {
  const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
  socket.setTimeout(answerWithinMs, () => socket.destroy());
  socket.on('data', (data) => {
    socket.destroy();
    if (data.toString('latin1').startsWith('+PONG')) answered();
  });
  socket.on('error', () => socket.destroy());
}
