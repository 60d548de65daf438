import { createHash } from 'node:crypto';
import { type ContentStore, Failure, formatBytes } from '@moby/model';
import { decompress } from '../archive/decompress.ts';
import { type Http, TransportError } from '../download/open-http.ts';
import { digestOf } from '../store/write-blob.ts';
import { type DebianLocation, noMirror } from './find-locations.ts';
import type { ReleaseFile } from './release-file.ts';

export const maxReleaseBytes = 4_000_000;
export const maxIndexBytes = 100_000_000;
const attempts = 3;
const firstPauseMs = 500;

export interface IndexAccess {
  readonly http: Http;
  /** Compressed indexes are kept here by their sha256, so that an unchanged one is not fetched again. */
  readonly store?: ContentStore | undefined;
  readonly delay?: ((ms: number) => Promise<void>) | undefined;
}

export type Fetched =
  | { readonly kind: 'found'; readonly bytes: Uint8Array; readonly address: string; readonly location: DebianLocation }
  | { readonly kind: 'missing' };

/** A suite's InRelease from the first location that has it. Throws `no-mirror` where none of them answers. */
export async function fetchRelease(suite: string, locations: readonly DebianLocation[], access: IndexAccess): Promise<Fetched> {
  const faults: string[] = [];
  let answered = 0;
  for (const location of locations) {
    const address = `${location.url}/dists/${suite}/InRelease`;
    const got = await getWhole(address, maxReleaseBytes, access);
    if ('bytes' in got) return { kind: 'found', bytes: got.bytes, address, location };
    if (got.isMissing) answered += 1;
    else faults.push(`\`${address}\`: ${got.fault}`);
  }
  if (answered > 0 && faults.length === 0) return { kind: 'missing' };
  throw noMirror(faults);
}

/**
 * The unpacked Packages index of a component and architecture, whose sum the signed Release names: by its hash first, so
 * that an archive that is being renewed gives what its Release says. Throws `bad-index` where the bytes are others.
 */
export async function fetchPackages(options: {
  readonly release: ReleaseFile;
  readonly location: DebianLocation;
  readonly component: string;
  readonly architecture: string;
  readonly access: IndexAccess;
}): Promise<Uint8Array> {
  const { release, location, component, architecture, access } = options;
  const folder = `${component}/binary-${architecture}`;
  const name = ['Packages.xz', 'Packages.gz', 'Packages'].find((candidate) => release.files.has(`${folder}/${candidate}`));
  const file = name === undefined ? undefined : release.files.get(`${folder}/${name}`);
  if (name === undefined || file === undefined) {
    throw new Failure({ code: 'not-found', message: `the archive has no \`${component}\` for ${architecture} in \`${release.codename}\`` });
  }
  if (file.size > maxIndexBytes) {
    throw new Failure({
      code: 'limit',
      message: `the index of \`${release.codename}\` has ${formatBytes(file.size)}; ${formatBytes(maxIndexBytes)} are allowed`,
    });
  }
  const base = `${location.url}/dists/${release.codename}/${folder}`;
  const addresses = [...(release.hasByHash ? [`${base}/by-hash/SHA256/${file.sha256}`] : []), `${base}/${name}`];
  const bytes = (await access.store?.read(digestOf(file.sha256))) ?? (await fetchSummed(addresses, file, access));
  return await decompress(bytes, name, `${base}/${name}`);
}

async function fetchSummed(
  addresses: readonly string[],
  file: { readonly sha256: string; readonly size: number },
  access: IndexAccess,
): Promise<Uint8Array> {
  const wrong: string[] = [];
  const faults: string[] = [];
  for (const address of addresses) {
    const got = await getWhole(address, file.size, access);
    if (!('bytes' in got)) {
      faults.push(`\`${address}\`: ${got.fault}`);
      continue;
    }
    const sha256 = createHash('sha256').update(got.bytes).digest('hex');
    if (sha256 === file.sha256) {
      await access.store?.write(got.bytes, { expected: digestOf(sha256) });
      return got.bytes;
    }
    wrong.push(`\`${address}\` is not what its signed InRelease says: expected sha256:${file.sha256}, got sha256:${sha256}`);
  }
  if (wrong[0] === undefined)
    throw new Failure({
      code: 'network',
      message: `the index can't be fetched: ${faults.join('; ')}`,
      hints: ['try again, or name another archive: --debian-mirror http://HOST/debian'],
    });
  throw new Failure({
    code: 'bad-index',
    message: wrong[0],
    hints: ['the mirror may be renewing itself, or a cache between has damaged it: try again, or another archive with --debian-mirror'],
  });
}

type Got = { readonly bytes: Uint8Array } | { readonly isMissing: boolean; readonly fault: string };

async function getWhole(address: string, maxBytes: number, access: IndexAccess): Promise<Got> {
  let fault = '';
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await (access.delay ?? sleep)(firstPauseMs * 2 ** (attempt - 1));
    try {
      const response = await access.http.get(address);
      if (response.status === 200) return { bytes: await collect(response.body, maxBytes) };
      response.discard();
      if (response.status === 404 || response.status === 410) return { isMissing: true, fault: `it answers ${response.status}` };
      fault = `it answers ${response.status}`;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      fault = error.message;
    }
  }
  return { isMissing: false, fault };
}

/** Reads at most one byte more than is allowed: the sum or the signature then tells what is wrong. */
async function collect(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size > maxBytes) break;
  }
  return Buffer.concat(pieces);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
