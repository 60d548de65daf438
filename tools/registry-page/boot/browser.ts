import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
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

const stepMs = 15_000;

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
  const browser = await launch();
  const troubles: string[] = [];
  return Object.assign(site, {
    address,
    troubles,
    open: async (hash: string, options: BrowserContextOptions = {}) => {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
      page.setDefaultTimeout(stepMs);
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
      });
      page.on('pageerror', (error) => troubles.push(error.message));
      await page.goto(`${address}${hash}`);
      await shown(page);
      return page;
    },
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

/** As root Chromium has no sandbox; a container's /dev/shm is too small for it. */
function launch(): Promise<Browser> {
  const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  const args = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launch({ executablePath, args, timeout: 60_000 });
}
