import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

export interface ServedFolder {
  /** With a slash at its end. */
  readonly url: string;
  /** Paths that were asked for, in their order. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** A folder as any web server serves it: files under their paths, and nothing else. */
export async function serveFolder(folder: string): Promise<ServedFolder> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname);
    asked.push(path);
    readFile(join(folder, normalize(path))).then(
      (bytes) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
