import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeVersion } from '@moby/model';
import { openWorkspaceRegistry } from '@moby/registry';
import { checkout, describeMachine, scratchFolder } from '@moby/testkit';
import { openFolderRecords } from '../src/index.ts';
import { scratchRegistry } from '../test/scratch-registry.ts';
import { openSite, shown, type Site } from './browser.ts';
import { faintTexts } from './contrast.ts';

const folder = join(checkout, 'components');

describeMachine(
  'the page of the real library, in a browser',
  () => {
    let site: Site;

    beforeAll(async () => {
      const registry = openWorkspaceRegistry({ folder, label: 'components' });
      site = await openSite({ registry, record: openFolderRecords(folder, 'components') });
    });

    afterAll(() => site.close());

    afterEach(() => {
      const said = site.troubles.splice(0);
      if (said.length > 0) throw new Error(`the browser complains: ${said.join('; ')}`);
    });

    /** What a field's text finds, in its order. */
    async function found(page: Page, text: string): Promise<readonly string[]> {
      await page.getByRole('searchbox').fill(text);
      await page.waitForFunction((words) => document.querySelector('h1')?.textContent?.includes(`“${words}”`), text);
      return page.locator('#results > li > a').allTextContents();
    }

    test('a component is found by name, capability and file', async () => {
      const page = await site.open('');
      expect((await found(page, 'redis'))[0]).toBe('redis');
      expect(await found(page, 'soname:libssl.so.3')).toEqual(['openssl']);
      expect(await found(page, 'runtime:oci')).toEqual(expect.arrayContaining(['crun', 'runc']));
      expect(await found(page, '/usr/bin/redis-server')).toEqual(['redis']);
      expect(await found(page, 'redis-server')).toEqual(['redis']);
      expect(await page.locator('.results .why').textContent()).toBe('has /usr/bin/redis-server');
      expect(await found(page, 'no-such-thing')).toEqual([]);
      expect(page.url()).toBe(`${site.address}#/?q=no-such-thing`);
    });

    test('an opened component says what it is, what it may do, what it needs, and how to use it', async () => {
      const page = await site.open('#/?q=redis-server');
      await page.getByRole('link', { name: 'redis', exact: true }).click();
      await page.waitForURL('**/#/redis');
      await shown(page);
      expect(await page.title()).toMatch(/^redis 8\.0/);
      const text = await page.locator('main').innerText();
      for (const part of [
        'Redis, a database',
        'maintained',
        '6379',
        'Reaches beyond its container',
        'No capabilities',
        'AGPL-3.0-only',
        'linux/amd64',
      ])
        expect(text).toContain(part);
      expect(text).toContain('moby-compose assemble ASSEMBLY --with redis@^8.0');
      expect(text).toContain('services:\n  - component: redis@^8.0');
      expect(text).toContain('moby-compose info redis/8.0');
      expect(text).toContain('/usr/bin/redis-server → redis-check-rdb');
      const needs = page.getByRole('region', { name: 'Needs' });
      expect(await needs.getByRole('link').allTextContents()).toContain('openssl');
      await needs.getByRole('link', { name: 'openssl' }).click();
      await page.waitForURL('**/#/openssl');
      await shown(page);
      expect(await page.getByRole('region', { name: 'Needed by' }).getByRole('link').allTextContents()).toContain('redis');
    });

    test('an address opens what it says: a line, a search, a category, nobody', async () => {
      expect(await (await site.open('#/redis/7.0')).locator('h1').innerText()).toMatch(/^redis 7\.0/);
      expect(await (await site.open('#/redis/7.0')).locator('main').innerText()).toContain('redis@~7.0');
      expect(await (await site.open('#/?q=runtime%3Aoci')).getByRole('searchbox').inputValue()).toBe('runtime:oci');
      const inDatabase = await site.open('#/?category=database');
      expect(await inDatabase.locator('#results > li > a').allTextContents()).toContain('redis');
      expect(await inDatabase.locator('#results > li > a').allTextContents()).not.toContain('openssl');
      const nobody = await site.open('#/constructor');
      expect(await nobody.locator('h1').innerText()).toBe('There is no such component');
      // The browser itself reports what the server answered.
      expect(site.troubles.splice(0)).toEqual([expect.stringContaining('404')]);
    });

    test('a pair of lines says why it does not fit, to eyes, to fingers and to screen readers', async () => {
      const page = await site.open('#/containerd');
      const shim = page.locator('details.neighbour', { hasText: 'containerd-shim-runc' });
      expect(await shim.locator('summary').innerText()).toContain('2 of 9 don’t fit');
      const cell = shim.getByRole('button', { name: /^doesn’t fit\s+containerd 1\.6 with containerd-shim-runc 2\.1/ });
      expect(await cell.textContent()).toContain('serves ttrpc containerd.task.v3.Task');
      const good = shim.getByRole('button', { name: /^fits\s+containerd 2\.1 with containerd-shim-runc 1\.7/ });
      await good.hover();
      expect(await shim.locator('.reason').innerText()).toContain('containerd 2.1 with containerd-shim-runc 1.7 fits');
      await cell.focus();
      expect(await shim.locator('.reason').innerText()).toContain('serves ttrpc containerd.task.v3.Task');
      await page.keyboard.press('ArrowRight');
      expect(await shim.locator('.reason').innerText()).toContain('containerd 1.6 with containerd-shim-runc 1.7 fits');
    });

    test('everything can be done by keyboard', async () => {
      const page = await site.open('');
      const focused = (): Promise<string> =>
        page.evaluate(() => {
          const { id = '', textContent = '' } = document.activeElement ?? {};
          return id === '' ? (textContent ?? '') : id;
        });
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('skip');
      await page.keyboard.press('Enter');
      expect(await focused()).toBe('main');
      await page.keyboard.press('/');
      expect(await focused()).toBe('query');
      await page.keyboard.type('redis');
      await page.keyboard.press('ArrowDown');
      expect(await focused()).toBe('redis');
      expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe('solid');
      await page.keyboard.press('ArrowUp');
      expect(await focused()).toBe('query');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/#/redis');
      await shown(page);
      await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
      const stops = new Set<string>();
      for (let tabs = 0; tabs < 60; tabs++) {
        await page.keyboard.press('Tab');
        stops.add(
          await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''),
        );
      }
      expect([...stops]).toEqual(
        expect.arrayContaining(['7.0', 'Copy: Look further', 'glibc', expect.stringContaining('doesn’t fit redis 8.0 with glibc 2.36')]),
      );
      await page.keyboard.press('Escape');
      await page.waitForURL('**/#/?q=redis');
      await shown(page);
      await page.keyboard.press('/');
      await page.keyboard.press('Escape');
      await page.waitForURL('**/#/');
      expect(await page.getByRole('searchbox').inputValue()).toBe('');
    });

    test('Enter in the field opens the first result, and back leads to the search', async () => {
      const page = await site.open('');
      await page.getByRole('searchbox').fill('redis');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/#/redis');
      await page.goBack();
      await page.waitForURL('**/#/?q=redis');
      await shown(page);
      expect(await page.locator('#results > li > a').first().textContent()).toBe('redis');
    });

    test('a screen reader finds its way: landmarks, one first heading, names for all that can be pressed', async () => {
      const page = await site.open('#/docker');
      for (const role of ['banner', 'search', 'main', 'contentinfo', 'complementary'] as const)
        expect(await page.getByRole(role).count(), role).toBe(1);
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      const nameless = await page
        .locator('button, a[href], input, summary')
        .evaluateAll((all) =>
          all
            .filter(
              (one) =>
                (one.getAttribute('aria-label') ?? one.textContent ?? '').trim() === '' &&
                !(one instanceof HTMLInputElement && (one.labels?.length ?? 0) > 0),
            )
            .map((one) => one.outerHTML),
        );
      expect(nameless).toEqual([]);
      const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
      expect(ids).toEqual([...new Set(ids)]);
      expect(await page.locator('#status').textContent()).toMatch(/^docker /);
    });

    const looks = ['#/', '#/?q=lib', '#/redis', '#/docker', '#/linux', '#/?q=nobody'];

    test.each(['light', 'dark'] as const)('all text stands out in %s', async (colorScheme) => {
      const page = await site.open('#/', { colorScheme });
      for (const hash of looks) {
        await page.goto(`${site.address}${hash}`);
        await shown(page);
        const { looked, faint } = await faintTexts(page);
        expect(looked).toBeGreaterThan(10);
        expect(faint, hash).toEqual([]);
      }
      const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      expect(ground).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(21, 24, 28)');
    });

    test('the switch changes the colours, and is remembered', async () => {
      const page = await site.open('#/redis', { colorScheme: 'light' });
      const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      await page.getByRole('button', { name: 'Use dark colours' }).click();
      expect(await ground()).toBe('rgb(21, 24, 28)');
      await page.reload();
      await shown(page);
      expect(await ground()).toBe('rgb(21, 24, 28)');
      expect(await page.getByRole('button', { name: 'Use light colours' }).count()).toBe(1);
      expect((await faintTexts(page)).faint).toEqual([]);
    });

    test('nothing is wider than a window of 320 pixels', async () => {
      const page = await site.open('#/', { viewport: { width: 320, height: 640 } });
      for (const hash of [...looks, '#/glibc', '#/containerd', '#/iptables']) {
        await page.goto(`${site.address}${hash}`);
        await shown(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), hash).toBe(320);
      }
    });

    test('a command is copied', async () => {
      const page = await site.open('#/redis', { permissions: ['clipboard-read', 'clipboard-write'] });
      await page.getByRole('button', { name: 'Copy: Try it in an assembly' }).click();
      await page.getByText('Copied', { exact: true }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('moby-compose assemble ASSEMBLY --with redis@^8.0');
    });

    test('a registry that does not answer is said so, and asked again', async () => {
      site.isBroken = true;
      const page = await site.open('#/redis');
      expect(await page.locator('h1').innerText()).toBe('The registry does not answer');
      site.isBroken = false;
      const said = site.troubles.splice(0);
      expect(said.length).toBeGreaterThan(0);
      expect(said.filter((line) => !line.includes('500 (Internal Server Error)'))).toEqual([]);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: /^redis/ }).waitFor();
    });

    test('it is photographed light and dark, wide and narrow', async () => {
      const pictures = scratchFolder();
      const taken = new Set<string>();
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1280, 320]) {
          const page = await site.open('#/redis', { colorScheme, viewport: { width, height: 900 } });
          const path = join(pictures, `redis-${colorScheme}-${width}.png`);
          await page.screenshot({ path, fullPage: true });
          taken.add(readFileSync(path).toString('base64'));
        }
      }
      expect(taken.size).toBe(4);
    });
  },
  ['chromium'],
);

describeMachine(
  'the page of a hostile registry, in a browser',
  () => {
    const evil = '<img src=x onerror="window.hit=1"><script>window.hit=2</script>\u202E${7*7}{{7*7}}';
    let site: Site;

    beforeAll(async () => {
      const source = await scratchRegistry([
        {
          name: 'evil',
          version: '1.0.0+r1',
          description: evil,
          manifest: {
            kind: 'service',
            category: 'base',
            upstream: { version: '1.0.0', license: 'MIT', homepage: 'https://example.org/"onmouseover="window.hit=3' },
            service: { args: ['/usr/bin/evil', evil], env: { TEXT: evil } },
          },
          facts: { programs: [`/usr/bin/${evil}`] },
        },
      ]);
      source.records.set('evil', {
        lifecycle: evil,
        maintainers: [{ name: evil, email: '"><script>@x' }],
        tags: {},
      });
      source.notices.set('evil', new Map([[makeVersion('1.0.0', 1), { kind: 'deprecated', reason: evil }]]));
      site = await openSite(source);
    });

    afterAll(() => site.close());

    test.each(['#/', '#/evil', `#/?q=${encodeURIComponent(evil)}`, `#/${encodeURIComponent(evil)}`, '#/%E0%A4%A', '#/evil/%3Cscript%3E'])(
      'text stays text at %s',
      async (hash) => {
        const page = await site.open(hash);
        await page.mouse.move(200, 200);
        expect(await page.evaluate(() => 'hit' in window)).toBe(false);
        expect(await page.locator('main img, main script, body > script').count()).toBe(0);
        expect(site.troubles.splice(0)).toEqual([]);
      },
    );

    test('what a manifest says is shown as it stands there', async () => {
      const page = await site.open('#/evil');
      expect(await page.locator('.lead').textContent()).toBe(evil);
      expect(await page.locator('a[href^="javascript:"], a[href^="data:"]').count()).toBe(0);
    });
  },
  ['chromium'],
);

describeMachine(
  'the page of a registry that knows dates, in a browser',
  () => {
    let site: Site;
    const days = [
      '2026-03-01',
      '2026-11-29',
      '2025-12-31',
      '2026-11-29',
      undefined,
      '2026-01-02',
      '2026-01-03',
      '2026-01-04',
      '2026-01-05',
      '2026-01-06',
    ];

    beforeAll(async () => {
      const source = await scratchRegistry(
        days.flatMap((_, number) => [
          { name: `part-${number}`, version: '1.0.0+r1', facts: {} },
          { name: `part-${number}`, version: '1.1.0+r1', facts: {} },
        ]),
      );
      for (const [number, day] of days.entries())
        if (day !== undefined)
          source.records.set(`part-${number}`, {
            published: { '1.0.0+r1': '2024-01-01T00:00:00.000Z', '1.1.0+r1': `${day}T23:59:59.999Z` },
          });
      site = await openSite(source);
    });

    afterAll(() => site.close());

    test('the newest stand first, with their dates; of one day by name; one without a date is not among them', async () => {
      const page = await site.open('');
      const newest = page.getByRole('region', { name: 'Newest' });
      expect(await newest.getByRole('link').allTextContents()).toEqual([
        'part-1',
        'part-3',
        'part-0',
        'part-9',
        'part-8',
        'part-7',
        'part-6',
        'part-5',
      ]);
      expect((await newest.locator('time').allTextContents()).slice(0, 4)).toEqual([
        '2026-11-29',
        '2026-11-29',
        '2026-03-01',
        '2026-01-06',
      ]);
      expect(await newest.locator('li').first().innerText()).toMatch(/part-1\s+1\.1\.0\+r1/);
      await page.getByRole('searchbox').fill('part-4');
      await page.getByRole('heading', { level: 1, name: 'part-4' }).waitFor();
      expect(await newest.count()).toBe(0);
      expect(site.troubles).toEqual([]);
    });
  },
  ['chromium'],
);
