import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';
import { once } from 'node:events';

/** What goes wrong with requests whose path has `path` in it; without `times`, always. */
export interface Fault {
  readonly path: string;
  readonly kind: 'status' | 'cut' | 'flip' | 'stall' | 'reset';
  /** For `status`: as 404 or 503. */
  readonly status?: number;
  /** For `cut`, `flip` and `stall`: after, or at, so many bytes. */
  readonly at?: number;
  /** How many such requests are passed over first. */
  readonly skip?: number;
  /** How many requests it hits. */
  readonly times?: number;
}

export interface FaultyServer {
  readonly url: string;
  /** All requests so far, as `GET /debian/…`. */
  readonly requests: readonly string[];
  /** The faults from now on. */
  setFaults(faults: readonly Fault[]): void;
  close(): Promise<void>;
}

interface Armed {
  readonly fault: Fault;
  seen: number;
}

/** Serves a folder over HTTP on 127.0.0.1 and does what is asked of it wrong. */
export async function startFaultyServer(folder: string, faults: readonly Fault[] = []): Promise<FaultyServer> {
  const requests: string[] = [];
  let armed: Armed[] = [];
  const setFaults = (next: readonly Fault[]): void => {
    armed = next.map((fault) => ({ fault, seen: 0 }));
  };
  setFaults(faults);
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer({ folder, request, response, fault: faultFor(request.url ?? '', armed) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    setFaults,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function faultFor(path: string, armed: readonly Armed[]): Fault | undefined {
  for (const state of armed) {
    const { fault } = state;
    if (!path.includes(fault.path)) continue;
    state.seen += 1;
    const skip = fault.skip ?? 0;
    if (state.seen > skip && state.seen <= skip + (fault.times ?? Number.POSITIVE_INFINITY)) return fault;
  }
  return undefined;
}

function answer(options: {
  readonly folder: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: Fault | undefined;
}): void {
  const { folder, request, response, fault } = options;
  if (fault?.kind === 'reset') {
    request.socket.destroy();
    return;
  }
  const path = join(folder, normalize(decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname)));
  const stats = statSync(path, { throwIfNoEntry: false });
  if (fault?.kind === 'status' || stats === undefined || !stats.isFile()) {
    response.writeHead(fault?.kind === 'status' ? (fault.status ?? 503) : 404).end('not here\n');
    return;
  }
  response.writeHead(200, { 'content-length': stats.size });
  let sent = 0;
  const at = fault?.at ?? 0;
  const file = createReadStream(path, { highWaterMark: 16_384 });
  file.on('data', (data) => {
    const piece = Buffer.from(data);
    if (fault?.kind === 'flip' && at >= sent && at < sent + piece.length) piece[at - sent] = (piece[at - sent] ?? 0) ^ 1;
    const ends = (fault?.kind === 'cut' || fault?.kind === 'stall') && sent + piece.length > at;
    response.write(ends ? piece.subarray(0, at - sent) : piece, () => {
      if (ends && fault.kind === 'cut') request.socket.destroy();
    });
    sent += piece.length;
    if (ends) file.destroy();
  });
  file.on('end', () => response.end());
  response.on('close', () => file.destroy());
}
