import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { exportRegistry } from '@moby/registry/export';
import { writePage } from '@moby/registry-page';
import { checkout, describeMachine, removeFolder, temporaryFolder } from '@moby/testkit';
import { openBrowser, type TestBrowser } from '@moby/testkit/browser';
import { publishComponent, three } from '../test/publish-component.ts';
import { prepareRoot, publishPath, startServer, type RunningServer } from '../test/running-server.ts';

type Page = Awaited<ReturnType<TestBrowser['open']>>;

async function shown(page: Page): Promise<void> {
  await page.waitForSelector('main[aria-busy=false] h1');
}

/** What a field's text finds, in its order. */
async function found(page: Page, text: string): Promise<readonly string[]> {
  await page.getByRole('searchbox').fill(text);
  await page.getByRole('heading', { level: 1, name: `“${text}”` }).waitFor();
  return page.locator('#results > li > a').allTextContents();
}

const evil = '<img src=x onerror="window.hit=1"><script>window.hit=2</script>${7*7}{{7*7}}';

describeMachine(
  'the page of a running registry, in a browser',
  () => {
    let root: string;
    let server: RunningServer;
    let browser: TestBrowser;
    const tokens: Record<string, string> = {};

    beforeAll(async () => {
      root = temporaryFolder();
      server = await startServer(prepareRoot(root));
      for (const user of ['carol', 'stella']) tokens[user] = await server.login(user);
      for (const component of three) await publishComponent(server, tokens['carol'] ?? '', component);
      browser = await openBrowser(shown);
    });

    afterAll(async () => {
      await browser.close();
      await server.kill();
      await removeFolder(root);
    });

    afterEach(() => {
      const said = browser.troubles.splice(0);
      if (said.length > 0) throw new Error(`the browser complains: ${said.join('; ')}`);
    });

    const open = (hash: string): Promise<Page> => browser.open(`${server.url}/${hash}`);

    test('what was published is found, is among the newest, and opens', async () => {
      const page = await open('');
      const newest = await page.getByRole('region', { name: 'Newest' }).getByRole('link').allTextContents();
      expect(newest.toSorted()).toEqual(['alone', 'packer', 'zlib']);
      expect(await page.locator('.newest time').first().getAttribute('datetime')).toMatch(/^20[0-9]{2}-[0-9]{2}-[0-9]{2}$/);
      expect(await found(page, 'api:zip')).toEqual(['zlib']);
      expect(await found(page, '/usr/bin/packer')).toEqual(['packer']);
      await page.getByRole('link', { name: 'packer', exact: true }).click();
      await page.waitForURL('**/#/packer');
      await shown(page);
      const matrix = page.locator('details.neighbour', { hasText: 'zlib' });
      expect(await matrix.locator('summary').innerText()).toContain('1 of 2 don’t fit');
      expect(await matrix.getByRole('button', { name: /^doesn’t fit\s+packer 1\.0 with zlib 1\.2/ }).textContent()).toContain(
        'requires api:zip >=1.3.0, and zlib 1.2.0+r1 offers 1.2.0',
      );
    });

    test('what changes meanwhile is there when the page is opened again', async () => {
      expect(await (await open('#/alone')).locator('main').innerText()).not.toContain('latest');
      const promoted = await server.ask({
        method: 'POST',
        path: '/-/moby/v1/package/@moby/alone/promote',
        token: tokens['stella'],
        body: { version: '2.0.1' },
      });
      expect(promoted.status).toBe(201);
      expect(await (await open('#/alone')).locator('main').innerText()).toContain('latest');
      const published = await publishComponent(server, tokens['carol'] ?? '', { name: 'new-one', upstream: '1.0.0' });
      expect(published.status).toBe(201);
      expect(await (await open('')).locator('#results > li > a').allTextContents()).toContain('new-one');
    });

    test('hostile text stays text', async () => {
      const hostile = {
        name: 'evil',
        upstream: '1.0.0',
        description: evil,
        manifest: {
          kind: 'service',
          category: 'base',
          upstream: { version: '1.0.0', license: 'MIT', homepage: 'https://example.org/"onmouseover="window.hit=3' },
          service: { args: ['/usr/bin/evil', evil], env: { TEXT: evil } },
        },
        facts: { programs: [`/usr/bin/${evil}`] },
      };
      expect((await publishComponent(server, tokens['carol'] ?? '', hostile)).text).toContain('published @moby/evil');
      const packument = (await server.ask({ path: publishPath('@moby/evil') })).json;
      packument.versions['1.0.1'].deprecated = evil;
      delete packument['_attachments'];
      expect((await server.ask({ method: 'PUT', path: publishPath('@moby/evil'), token: tokens['stella'], body: packument })).status).toBe(
        201,
      );
      for (const hash of [
        '#/',
        '#/evil',
        `#/?q=${encodeURIComponent(evil)}`,
        '#/evil/%3Cscript%3E',
        `?x=${encodeURIComponent(evil)}#/evil`,
      ]) {
        const page = await open(hash);
        await page.mouse.move(200, 200);
        expect(await page.evaluate<unknown>('"hit" in window'), hash).toBe(false);
        expect(await page.locator('main img, main script, body > script').count(), hash).toBe(0);
      }
      const page = await open('#/evil');
      expect(await page.locator('.lead').textContent()).toBe(evil);
      expect(await page.locator('main').innerText()).toContain(evil);
    });

    test('the answers say what may be loaded, and a script that slipped in is not run', async () => {
      const page = await open('');
      const answer = await page.request.get(server.url);
      const policy = answer.headers()['content-security-policy'];
      expect(policy).toContain("default-src 'none'; script-src 'self'");
      await page.evaluate(`{
        const script = document.createElement('script');
        script.textContent = 'window.hit = 4';
        document.body.append(script);
      }`);
      expect(await page.evaluate<unknown>('"hit" in window')).toBe(false);
      // Once by the answer's header, once by the page itself.
      expect(browser.troubles.splice(0)).toEqual([
        expect.stringContaining('Content Security Policy'),
        expect.stringContaining('Content Security Policy'),
      ]);
    });
  },
  ['chromium'],
);

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

describeMachine(
  'the page of an exported registry, from a static host, in a browser',
  () => {
    let folder: string;
    let browser: TestBrowser;
    const host = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice('/components/'.length);
      const file = join(folder, path === '' ? 'index.html' : path);
      if (!existsSync(file)) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': contentTypes[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
    });

    beforeAll(async () => {
      folder = temporaryFolder();
      const lines = ['redis/8.0', 'openssl/3.5', 'glibc/2.41', 'glibc/2.36'].filter((line) =>
        existsSync(join(checkout, 'components', line)),
      );
      await exportRegistry({ lines: lines.map((line) => ({ folder: join(checkout, 'components', line), label: line })), to: folder });
      await writePage(folder);
      await new Promise<void>((done) => host.listen(0, '127.0.0.1', done));
      browser = await openBrowser(shown);
    });

    afterAll(async () => {
      await browser.close();
      host.closeAllConnections();
      await new Promise((done) => host.close(done));
      await removeFolder(folder);
    });

    test('is the same page, also below a path of its host', async () => {
      const { port } = addressOf(host.address());
      const page = await browser.open(`http://127.0.0.1:${port}/components/`);
      expect(await page.locator('#about').textContent()).toContain('3 components');
      expect(await page.getByRole('region', { name: 'Newest' }).count()).toBe(0);
      expect(await found(page, '/usr/bin/redis-server')).toEqual(['redis']);
      await page.getByRole('link', { name: 'redis', exact: true }).click();
      await page.waitForURL('**/#/redis');
      await shown(page);
      const text = await page.locator('main').innerText();
      for (const part of ['Redis, a database', 'maintained', 'No capabilities', 'AGPL-3.0-only', 'moby-compose info redis/8.0'])
        expect(text).toContain(part);
      expect(await page.getByRole('region', { name: 'Needs' }).getByRole('link').allTextContents()).toContain('openssl');
      expect(await page.locator('details.neighbour', { hasText: 'glibc' }).locator('summary').innerText()).toMatch(/fit/);
      expect(browser.troubles).toEqual([]);
    });
  },
  ['chromium'],
);

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (typeof address !== 'object' || address === null) throw new TypeError('a host on a port has an address');
  return address;
}
