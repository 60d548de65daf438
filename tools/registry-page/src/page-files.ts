import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the page, by its address below the registry's, without a leading slash. */
export interface PageFile {
  readonly path: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const contentTypes: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The page itself, the same for every registry: `index.html`, and what it loads from `-/web/page/`; sorted. */
export function pageFiles(): readonly PageFile[] {
  const folder = join(import.meta.dirname, '../page');
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const contentType = contentTypes[name.slice(name.lastIndexOf('.') + 1)];
      if (contentType === undefined) return [];
      const path = name === 'index.html' ? name : `-/web/page/${name}`;
      return [{ path, contentType, bytes: readFileSync(join(folder, name)) }];
    });
}

/** Headers with which a server sends the page: what it may load, and that nothing of it is guessed. `index.html` says the first by itself as well. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
