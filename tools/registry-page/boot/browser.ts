import { createServer, type Server } from 'node:http';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from '@moby/testkit/browser';
import { pageData, pageFiles, pageHeaders, type PageSource } from '../src/index.ts';

/** A registry's page on a plain file server, with a headless browser to look at it. */
export interface Site {
  readonly address: string;
  /** The server answers with 500 while it is set. */
  isBroken: boolean;
  /** Opens an address below the site's, as `#/redis`, and waits until it is shown. What the console and uncaught errors say goes to `troubles`. */
  open(hash: string, options?: BrowserContextOptions): Promise<Page>;
  readonly troubles: string[];
  close(): Promise<void>;
}

export async function openSite(source: PageSource): Promise<Site> {
  const files = new Map<string, { readonly contentType: string; readonly bytes: Uint8Array }>(pageFiles().map((file) => [file.path, file]));
  for await (const document of pageData(source)) files.set(document.path, document);
  const site = { isBroken: false };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
    const file = files.get(path === '' ? 'index.html' : path);
    const isData = path.startsWith('-/web/data/');
    if (file === undefined || (site.isBroken && isData)) response.writeHead(file === undefined ? 404 : 500).end();
    else response.writeHead(200, { ...pageHeaders, 'content-type': file.contentType }).end(file.bytes);
  });
  const address = await listen(server);
  const browser = await openBrowser(shown);
  return Object.assign(site, {
    address,
    troubles: browser.troubles,
    open: (hash: string, options?: BrowserContextOptions) => browser.open(`${address}${hash}`, options),
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

export async function shown(page: Page): Promise<void> {
  await page.waitForSelector('main[aria-busy=false] h1');
}

function listen(server: Server): Promise<string> {
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`);
    });
  });
}
