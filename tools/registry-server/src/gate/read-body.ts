import type { IncomingMessage } from 'node:http';
import { formatBytes } from '@moby/model';
import { ClientGone } from './client-gone.ts';
import { Refusal } from './refusal.ts';
import { strictJson } from './strict-json.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Without progress. */
  readonly idleMs: number;
}

/** The size that a request's body may have: what it says, or the limit where it comes in pieces. Refuses what is too large. */
export function announcedBytes(request: IncomingMessage, maxBytes: number): number {
  const header = request.headers['content-length'];
  if (header === undefined) return maxBytes;
  const bytes = Number(header);
  if (bytes > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

/** Reads a request's body as JSON. The request is paused or was not read before. */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new Refusal({ code: 'MOBY-D415', message: `a body in \`${printable(encoding)}\` is not taken: send it as it is` });
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new Refusal({ code: 'MOBY-D415', message: 'the body must be `application/json`' });
  announcedBytes(request, limits.maxBytes);
  return strictJson(await readBytes(request, limits));
}

function readBytes(request: IncomingMessage, { maxBytes, idleMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // An empty body may have ended while nobody listened.
    if (request.readableEnded) return resolve(Buffer.alloc(0));
    const pieces: Buffer[] = [];
    let size = 0;
    const stalled = setTimeout(() => {
      end(() =>
        reject(new Refusal({ code: 'MOBY-D408', message: `nothing of the body came for ${idleMs} ms`, headers: { connection: 'close' } })),
      );
    }, idleMs);
    const onData = (piece: Buffer): void => {
      stalled.refresh();
      size += piece.length;
      if (size > maxBytes) end(() => reject(tooLarge(maxBytes)));
      else pieces.push(piece);
    };
    const onEnd = (): void => end(() => resolve(Buffer.concat(pieces, size)));
    const onClose = (): void => end(() => reject(new ClientGone()));
    const end = (settle: () => void): void => {
      clearTimeout(stalled);
      request.removeListener('data', onData).removeListener('end', onEnd).removeListener('close', onClose).removeListener('error', onClose);
      settle();
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
    request.resume();
  });
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal({ code: 'MOBY-D413', message: `the body is larger than the ${formatBytes(maxBytes)} that are taken` });
}

/** Text of a stranger in a message. */
function printable(text: string): string {
  return text.slice(0, 40).replace(/[^\x20-\x7e]/g, '?');
}
