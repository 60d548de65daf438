import { execFileSync } from 'node:child_process';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';

/** A headless browser that looks at pages. */
export interface TestBrowser {
  /** Opens an address and waits until it is shown, which `shown` tells. */
  open(address: string, options?: BrowserContextOptions): Promise<Page>;
  /** What the console and uncaught errors say. */
  readonly troubles: string[];
  close(): Promise<void>;
}

const stepMs = 15_000;

/** `shown` resolves when a page has what it was opened for. */
export async function openBrowser(shown: (page: Page) => Promise<unknown>): Promise<TestBrowser> {
  const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  // As root Chromium has no sandbox; a container's /dev/shm is too small for it.
  const args = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const browser = await chromium.launch({ executablePath, args, timeout: 60_000 });
  const troubles: string[] = [];
  return {
    troubles,
    open: async (address, options = {}) => {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
      page.setDefaultTimeout(stepMs);
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
      });
      page.on('pageerror', (error) => troubles.push(error.message));
      await page.goto(address);
      await shown(page);
      return page;
    },
    close: () => browser.close(),
  };
}
