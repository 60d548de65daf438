import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, openTemporaryFiles } from '@moby/content';
import { Failure } from '@moby/model';

/** A registry's answer as it was kept. */
export interface KeptDocument {
  readonly etag: string | undefined;
  readonly text: string;
}

/** What registries have answered, by address: to be asked about with its ETag, and to be read where no registry answers. */
export interface DocumentCache {
  /** Undefined where there is none; `damaged` is called where there is one whose bytes are not what was kept. */
  read(url: string, damaged: (path: string) => void): Promise<KeptDocument | undefined>;
  /** A disk that is full or can't be written to keeps nothing: the next run asks again. */
  write(url: string, document: KeptDocument): Promise<void>;
}

/** Past any answer that is kept. */
const maxFileBytes = 128 * 1024 * 1024;

/** `<sha256 of the address>`: a line of JSON about the answer, then the answer. */
export function openDocumentCache(folder: string): DocumentCache {
  const temporary = openTemporaryFiles(join(folder, 'temporary'));
  const pathOf = (url: string): string => join(folder, 'documents', sha256(url));
  return {
    read: async (url, damaged) => {
      const path = pathOf(url);
      const file = await readWhole(path);
      if (file === undefined) return undefined;
      const kept = parseFile(file, url);
      if (kept === undefined) damaged(path);
      return kept;
    },
    write: async (url, { etag, text }) => {
      const head = JSON.stringify({ url, etag, sha256: sha256(text) });
      let part: string | undefined;
      try {
        part = await temporary.next();
        await writeFile(part, `${head}\n${text}`);
        await mkdir(dirname(pathOf(url)), { recursive: true });
        await rename(part, pathOf(url));
      } catch {
        if (part !== undefined) await rm(part, { force: true });
      }
    },
  };
}

async function readWhole(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > maxFileBytes) return '';
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new Failure({ code: 'io', message: `\`${path}\` can't be read`, cause });
  }
}

function parseFile(file: string, url: string): KeptDocument | undefined {
  const end = file.indexOf('\n');
  if (end < 0) return undefined;
  const text = file.slice(end + 1);
  try {
    const head: unknown = JSON.parse(file.slice(0, end));
    if (!isHead(head) || head.url !== url || head.sha256 !== sha256(text)) return undefined;
    return { etag: head.etag, text };
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is { readonly url: string; readonly etag?: string; readonly sha256: string } {
  if (typeof value !== 'object' || value === null || !('url' in value) || !('sha256' in value)) return false;
  return !('etag' in value) || typeof value.etag === 'string';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
