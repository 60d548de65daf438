import { createServer } from 'node:net';
import { Failure } from '@moby/model';
import type { Forward } from './machine-options.ts';

/**
 * Forwards with the host's ports settled: each is free right now, and 0 has become a free one. Throws `port-in-use`.
 * Between this look and QEMU's own somebody may take a port; `portOfHostForwardError` recognises that.
 */
export async function settlePorts(forwards: readonly Forward[]): Promise<readonly Forward[]> {
  const settled: Forward[] = [];
  const close: (() => Promise<void>)[] = [];
  try {
    for (const forward of forwards) {
      const held = await hold(forward);
      close.push(held.close);
      settled.push({ host: held.port, machine: forward.machine });
    }
    return settled;
  } finally {
    await Promise.all(close.map((each) => each()));
  }
}

/** The port of QEMU's complaint that a host port can't be had; undefined where the text is about something else. */
export function portOfHostForwardError(text: string): number | undefined {
  const match = /Could not set up host forwarding rule 'tcp:127\.0\.0\.1:(\d{1,5})-/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

export function portInUse(forward: Forward, cause?: unknown): Failure {
  return new Failure({
    code: 'port-in-use',
    message: `port ${forward.host} of 127.0.0.1 is in use, and the machine's port ${forward.machine} is to be reached there`,
    hints: [
      `choose another one: \`--publish ${forward.host < 50_000 ? forward.host + 10_000 : forward.host - 10_000}:${forward.machine}\``,
      `see who has it: \`ss -ltnp 'sport = :${forward.host}'\``,
    ],
    ...(cause === undefined ? {} : { cause }),
  });
}

function hold(forward: Forward): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'EACCES' ? notAllowed(forward, cause) : portInUse(forward, cause));
    });
    server.listen({ host: '127.0.0.1', port: forward.host, exclusive: true }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : forward.host;
      resolve({ port, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

function notAllowed(forward: Forward, cause: unknown): Failure {
  return new Failure({
    code: 'port-in-use',
    message: `port ${forward.host} of 127.0.0.1 may not be used by this user, and the machine's port ${forward.machine} is to be reached there`,
    hints: [`choose one from 1024 up: \`--publish ${forward.host + 10_000}:${forward.machine}\``],
    cause,
  });
}
