import { createServer, type Socket } from 'node:net';
import { Failure } from '@moby/model';

/** A unix socket that waits for QEMU to connect, once. */
export interface SocketDoor {
  readonly path: string;
  readonly socket: Promise<Socket>;
  close(): void;
}

/** `sun_path` of unix(7), without its final NUL. */
const maxSocketPathBytes = 107;

export async function openDoor(path: string): Promise<SocketDoor> {
  if (Buffer.byteLength(path) > maxSocketPathBytes) {
    throw new Failure({
      code: 'io',
      message: `the path of a socket may have ${maxSocketPathBytes} bytes, and \`${path}\` has ${Buffer.byteLength(path)}`,
      hints: ['set TMPDIR to a shorter folder'],
    });
  }
  const server = createServer();
  const socket = new Promise<Socket>((resolve) => {
    server.once('connection', (connection) => {
      // A peer that goes away is seen by `close`; an error besides that says nothing more.
      connection.on('error', () => undefined);
      server.close();
      resolve(connection);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new Failure({ code: 'io', message: `can't listen on \`${path}\``, cause })));
    server.listen(path, resolve);
  });
  return { path, socket, close: () => void server.close() };
}
