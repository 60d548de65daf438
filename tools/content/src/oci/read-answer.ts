import type { HttpResponse } from '../download/open-http.ts';

/** The first bytes of an answer, at most so many; the connection is closed where there are more. Throws `TransportError`. */
export async function readAnswer(response: HttpResponse, maxBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body) {
    pieces.push(piece);
    size += piece.length;
    if (size > maxBytes) {
      response.discard();
      break;
    }
  }
  return Buffer.concat(pieces).subarray(0, maxBytes + 1);
}

/** As JSON; undefined where it is none, or longer. */
export async function readJson(response: HttpResponse, maxBytes: number): Promise<unknown> {
  const bytes = await readAnswer(response, maxBytes);
  try {
    return bytes.length > maxBytes ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Reads an answer of which nothing is needed to its end, so that the connection can be used again. */
export async function drain(response: HttpResponse): Promise<void> {
  await readAnswer(response, maxErrorBytes).catch(() => response.discard());
}

/** A registry's own words on an error. */
export const maxErrorBytes: number = 1 << 16;

export function headerOf(response: HttpResponse, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
