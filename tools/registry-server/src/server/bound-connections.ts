import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../gate/network-of.ts';
import { Refusal } from '../gate/refusal.ts';
import type { RegistrySettings } from '../settings/registry-settings.ts';
import type { Log } from './log.ts';

interface Client {
  open: number;
  isTold: boolean;
}

/**
 * One client may have so many connections at once; a further one is told so and closed, before anything of it is read. Those of a reverse
 * proxy of ours are of many clients, and the proxy's own to bound.
 */
export function boundConnections(
  server: Server,
  { limits: { addressConnections }, proxies }: Pick<RegistrySettings, 'limits' | 'proxies'>,
  log: Log,
): void {
  const clients = new Map<string, Client>();
  server.on('connection', (socket: Socket) => {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    if (proxies.includes(address)) return;
    const key = networkOf(address);
    const client = clients.get(key) ?? { open: 0, isTold: false };
    if (client.open >= addressConnections) {
      if (!client.isTold) log({ level: 'warn', event: 'too-many-connections', address, open: client.open });
      client.isTold = true;
      turnAway(socket, addressConnections);
      return;
    }
    client.open += 1;
    clients.set(key, client);
    socket.once('close', () => {
      client.open -= 1;
      if (client.open === 0) clients.delete(key);
    });
  });
}

function turnAway(socket: Socket, most: number): void {
  const message = `${most} connections of one client are taken at once: close some, or try again`;
  const { status, body } = new Refusal({ code: 'MOBY-D429', message });
  const text = `${JSON.stringify(body)}\n`;
  const head = ['content-type: application/json', `content-length: ${Buffer.byteLength(text)}`, 'retry-after: 1', 'connection: close'];
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status} Too Many Requests\r\n${head.join('\r\n')}\r\n\r\n${text}`);
  socket.destroySoon();
}
