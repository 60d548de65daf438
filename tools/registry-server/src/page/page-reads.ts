import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { cataloguePath } from '@moby/registry/npm';
import { pageFiles } from '@moby/registry-page';
import { etagOf, type Prepared } from '../reads/prepared-answers.ts';
import type { Page } from './open-page.ts';
import type { SearchQuery } from './search-query.ts';
import type { CatalogueSigner } from './sign-catalogue.ts';

/** The page's files and documents as they are sent. */
export interface PageReads {
  /** By its address, without a leading slash; undefined where there is none. Throws as `Page.document` does. */
  get(path: string): Promise<PageAnswer | undefined>;
  /** What npm's search finds. Throws as `Page.search` does. */
  search(query: SearchQuery): Promise<PageAnswer | undefined>;
  /** Something of a package is new: who asks from now on is told. */
  changed(name: string): void;
}

export interface PageAnswer extends Prepared {
  readonly contentType: string;
  /** Of the body and of its compressed form. */
  readonly heldBytes: number;
}

interface Entry {
  readonly answer: Promise<PageAnswer | undefined>;
  bytes: number;
  /** Of the catalogue, the key that signs it. */
  readonly keyid: string | undefined;
}

const indexPath = '-/web/data/index.json';
/** Of the documents that are kept ready; the largest have some hundred kB. */
const maxHeldBytes = 32 << 20;
const zip = promisify(gzip);

export function openPageReads(page: Page, signer: CatalogueSigner): PageReads {
  const files = new Map(pageFiles().map((file) => [file.path, file]));
  /** The one that was asked for last is last. */
  const entries = new Map<string, Entry>();
  let heldBytes = 0;
  const drop = (path: string): void => {
    heldBytes -= entries.get(path)?.bytes ?? 0;
    entries.delete(path);
  };
  const keep = (path: string, entry: Entry, answer: PageAnswer | undefined): void => {
    if (entries.get(path) !== entry) return;
    if (answer === undefined) {
      drop(path);
      return;
    }
    entry.bytes = answer.heldBytes;
    heldBytes += entry.bytes;
    for (const oldest of entries.keys()) {
      if (heldBytes <= maxHeldBytes) break;
      drop(oldest);
    }
  };
  const make = async (path: string): Promise<PageAnswer | undefined> => {
    const file = files.get(path);
    if (file !== undefined) return prepare(file.bytes, file.contentType);
    const bytes = await page.document(path);
    return prepared(bytes !== undefined && path === cataloguePath ? await signer.sign(bytes) : bytes);
  };
  page.onStale((paths) => paths.forEach(drop));
  return {
    get: (path) => {
      const keyid = path === cataloguePath ? signer.keyid() : undefined;
      if (entries.get(path)?.keyid !== keyid) drop(path);
      const known = entries.get(path);
      const entry: Entry = known ?? { answer: make(path), bytes: 0, keyid };
      entries.delete(path);
      entries.set(path, entry);
      if (known === undefined)
        entry.answer.then(
          (answer) => keep(path, entry, answer),
          () => entries.get(path) === entry && drop(path),
        );
      return entry.answer;
    },
    search: async (query) => prepared(await page.search(query)),
    changed: (name) => {
      // What was asked for before may not know of it; of other documents the page's process tells.
      for (const path of [indexPath, cataloguePath, `-/web/data/components/${name.slice(name.indexOf('/') + 1)}.json`]) drop(path);
      page.changed(name);
    },
  };
}

async function prepared(bytes: Uint8Array | undefined): Promise<PageAnswer | undefined> {
  return bytes === undefined ? undefined : prepare(bytes, 'application/json');
}

async function prepare(bytes: Uint8Array, contentType: string): Promise<PageAnswer> {
  const body = Buffer.from(bytes);
  const zipped = await zip(body);
  return {
    contentType,
    etag: etagOf(body),
    plain: () => Promise.resolve(body),
    zipped: () => Promise.resolve(zipped),
    heldBytes: body.length + zipped.length,
  };
}
