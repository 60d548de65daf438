import { createHash, randomBytes } from 'node:crypto';
import { findCredentials, openHttp, openOciRegistry, parseOciRepository, type OciRegistry, type PushedBlob } from '@moby/content';
import { parseDigest, type Digest } from '@moby/model';
import { scratchFolder, startFakeOciRegistry, type FakeOciRegistry, type OciAuth } from '@moby/testkit';
import { onTestFinished } from 'vitest';

export interface OciWorld {
  readonly fake: FakeOciRegistry;
  readonly registry: OciRegistry;
  /** Pauses that were asked for, in ms; none is waited for. */
  readonly pauses: readonly number[];
}

/** A registry in memory, and a client of it as somebody who may have set variables. */
export async function ociWorld(
  options: { readonly auth?: OciAuth; readonly env?: Readonly<Record<string, string>>; readonly host?: string } = {},
): Promise<OciWorld> {
  const fake = await startFakeOciRegistry(options.auth);
  onTestFinished(() => fake.close());
  const pauses: number[] = [];
  const registry = await clientOf(`oci://${fake.host}/moby/payloads`, { ...options, pauses });
  return { fake, registry, pauses };
}

export async function clientOf(
  address: string,
  { env = {}, pauses = [] }: { readonly env?: Readonly<Record<string, string>>; readonly pauses?: number[] } = {},
): Promise<OciRegistry> {
  const http = openHttp({ silenceMs: 500 });
  onTestFinished(() => http.close());
  const repository = parseOciRepository(address, { plainHttp: false });
  const found = await findCredentials({ host: repository.host, env: { HOME: scratchFolder(), ...env } });
  return openOciRegistry({ repository, found, http, delay: (ms) => Promise.resolve(void pauses.push(ms)) });
}

export const login = { MOBY_COMPOSE_MIRROR_USERNAME: 'ada', MOBY_COMPOSE_MIRROR_PASSWORD: 'l0ve:lace' };
export const basic = `Basic ${Buffer.from('ada:l0ve:lace').toString('base64')}`;

export interface Blob extends PushedBlob {
  readonly bytes: Buffer;
}

export function blobOf(bytes: Buffer): Blob {
  return {
    bytes,
    digest: sumOf(bytes),
    sizeBytes: bytes.length,
    what: 'payload of app 1.0.1',
    async *read(from, to) {
      for (let at = from; at < to; at += 65_536) yield bytes.subarray(at, Math.min(at + 65_536, to));
    },
  };
}

export function randomBlob(sizeBytes: number): Blob {
  return blobOf(randomBytes(sizeBytes));
}

export function sumOf(bytes: Uint8Array): Digest {
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  if (digest === undefined) throw new TypeError('no digest');
  return digest;
}

export async function readAll(pieces: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  if (pieces === undefined) return undefined;
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
