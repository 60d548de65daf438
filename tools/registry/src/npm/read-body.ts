import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type HttpResponse, TransportError } from '@moby/content';
import { Failure, formatBytes } from '@moby/model';

/** From the first byte to the last. */
export const maxBodyMs: number = 5 * 60_000;

export interface BodyLimits {
  /** For messages. */
  readonly what: string;
  readonly maxBytes: number;
  /** Unpacks what was packed for the way; a tarball is taken as it is, since some servers call its own gzip an encoding. */
  readonly decode: boolean;
}

/** The whole body. Throws `limit`, and `TransportError` where it is cut or takes too long. */
export async function readBody(response: HttpResponse, { what, maxBytes, decode }: BodyLimits): Promise<Uint8Array> {
  const tooLarge = (): Failure => {
    response.discard();
    return new Failure({ code: 'limit', message: `${what} has more than ${formatBytes(maxBytes)}, which is all that is read of it` });
  };
  if (Number(response.headers['content-length']) > maxBytes) throw tooLarge();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    response.discard();
  }, maxBodyMs);
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of response.body) {
      size += piece.length;
      if (size > maxBytes) throw tooLarge();
      pieces.push(piece);
    }
  } catch (error) {
    if (!late) throw error;
    throw new TransportError(`not whole after ${maxBodyMs / 60_000} minutes`, { isUnreachable: false, cause: error });
  } finally {
    clearTimeout(timer);
  }
  const body = Buffer.concat(pieces);
  if (!decode || response.headers['content-encoding'] !== 'gzip') return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw new TransportError('its answer can’t be unpacked', { isUnreachable: false, cause: error });
  }
}
