import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorCode, TransportError, type Http, type HttpResponse } from '@moby/content';

/** The same client, which also answers for `file:` addresses: a registry of files needs no server. */
export function withFiles(http: Http): Http {
  return {
    get: (url, options) => (url.startsWith('file:') ? readResponse(new URL(url)) : http.get(url, options)),
    close: () => http.close(),
  };
}

async function readResponse(url: URL): Promise<HttpResponse> {
  const answer = (status: number, bytes: Uint8Array): HttpResponse => ({
    status,
    headers: {},
    body: one(bytes),
    discard: () => undefined,
  });
  try {
    return answer(200, await readFile(fileURLToPath(url)));
  } catch (cause) {
    const code = errorCode(cause) ?? 'unknown error';
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code)) return answer(404, new Uint8Array());
    throw new TransportError(code, { isUnreachable: true, cause });
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
