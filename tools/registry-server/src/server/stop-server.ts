import type { Server } from 'node:http';
import { Failure } from '@moby/model';
import { formatAddress, type ListenAddress } from '../settings/registry-settings.ts';

const idleCheckMs = 50;

/** Opens a port or a socket; returns the address that it has, with a free port found where 0 was asked for. */
export function listen(server: Server, at: ListenAddress | string): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenFailure(at, error)));
    server.listen(typeof at === 'string' ? { path: at } : { ...at, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? { host: address.address, port: address.port } : { host: '', port: 0 });
    });
  });
}

/** Lets in nothing new, waits for what is being answered, and closes what takes longer than it may. */
export async function stopServer(
  server: Server,
  { stopMs, impatience }: { readonly stopMs: number; readonly impatience: AbortSignal | undefined },
): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    const cut = (): void => server.closeAllConnections();
    const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
    const late = setTimeout(cut, stopMs);
    impatience?.addEventListener('abort', cut, { once: true });
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      impatience?.removeEventListener('abort', cut);
      resolve();
    });
    if (impatience?.aborted === true) cut();
  });
}

function listenFailure(at: ListenAddress | string, error: NodeJS.ErrnoException): Failure {
  const where = typeof at === 'string' ? at : formatAddress(at);
  const said: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: ['is in use', 'choose another one: `--listen 127.0.0.1:0` takes a free port'],
    EACCES: ['may not be used by this user', 'choose a port from 1024 up with `--listen`'],
    EADDRNOTAVAIL: ['is no address of this machine', 'choose one that it has with `--listen`, as 0.0.0.0:4873 for all'],
    ENOTFOUND: ['is no host that can be found', 'give an IP address with `--listen`'],
  };
  const [what, hint] = said[error.code ?? ''] ?? [`can't be opened: ${error.code ?? error.message}`, 'choose another one with `--listen`'];
  return new Failure({ code: 'port-in-use', message: `\`${where}\` ${what}`, hints: [hint], cause: error });
}
