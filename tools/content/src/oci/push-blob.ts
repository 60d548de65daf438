import { Failure, type Digest } from '@moby/model';
import { TransportError } from '../download/open-http.ts';
import { askRegistry, isOwn, nextAddress, refused, unreachable, wait, type RegistryAccess, type RegistryAnswer } from './ask-registry.ts';
import { drain, headerOf } from './read-answer.ts';

export interface PushedBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** For messages: `payload of redis 8.0.201`. */
  readonly what: string;
  /** The bytes from one place to another; asked again where a connection was cut. */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
}

export interface PushOptions {
  /** A repository of the same registry that may have the blob: nothing is sent then. */
  readonly mountFrom?: string | undefined;
  /** Where an upload that goes on is kept, so that a later process can go on with it. */
  readonly uploads?: UploadMemory;
  /** Called with how many bytes the registry has. */
  readonly tell?: (bytes: number) => void;
}

export interface UploadMemory {
  recall(): Promise<string | undefined>;
  remember(address: string | undefined): Promise<void>;
}

/** What is larger is sent in pieces of this size, of which only the last is sent again. */
export const chunkBytes: number = 16 << 20;
/** A registry may want larger pieces; they are read from the disk, not held. */
const maxChunkBytes = 2 ** 30;
const firstPauseMs = 500;

interface Upload {
  readonly address: string;
  /** What the registry has of it. */
  readonly offset: number;
  readonly chunk: number;
}

/** An upload that can't go on as it is, and may as another one. */
class UploadLost extends Error {
  readonly failure: Failure;
  /** The registry takes no pieces. */
  readonly wantsWhole: boolean;

  constructor(failure: Failure, wantsWhole: boolean) {
    super(failure.message);
    this.failure = failure;
    this.wantsWhole = wantsWhole;
  }
}

/**
 * Brings a blob into the repository: mounted, in one request, or in pieces that a cut connection or a killed process goes on
 * with. Throws `denied`, `network`, `not-found`, `wrong-digest`.
 */
export async function pushBlob(blob: PushedBlob, access: RegistryAccess, options: PushOptions = {}): Promise<'pushed' | 'mounted'> {
  const { uploads } = options;
  let isWhole = blob.sizeBytes <= chunkBytes;
  const known = isWhole ? undefined : await uploads?.recall();
  let upload =
    known === undefined || URL.parse(known)?.origin !== access.repository.origin
      ? undefined
      : await progressOf({ address: known, offset: 0, chunk: chunkBytes }, blob, access);
  for (let attempt = 1; ;) {
    const before = upload?.offset ?? 0;
    try {
      if (upload === undefined) {
        const begun = await beginUpload(blob, access, options.mountFrom);
        if (begun === 'mounted') return 'mounted';
        upload = begun;
      }
      await finishUpload(blob, access, {
        upload,
        isWhole,
        onChunk: async (next) => {
          upload = next;
          options.tell?.(next.offset);
          if (isOwn(next.address, access.repository)) await uploads?.remember(next.address);
        },
      });
      if (!isWhole) await uploads?.remember(undefined);
      options.tell?.(blob.sizeBytes);
      return 'pushed';
    } catch (error) {
      if (!(error instanceof UploadLost) && !(error instanceof TransportError)) throw error;
      if (error instanceof UploadLost && error.wantsWhole && !isWhole) isWhole = true;
      else if ((upload?.offset ?? 0) === before) attempt += 1;
      if (attempt > access.attempts)
        throw error instanceof UploadLost ? error.failure : unreachable(`push of the ${blob.what}`, access, error);
      await wait(access, firstPauseMs * 2 ** (attempt - 1));
      upload = isWhole || upload === undefined ? undefined : await progressOf(upload, blob, access);
      options.tell?.(upload?.offset ?? 0);
    }
  }
}

async function beginUpload(blob: PushedBlob, access: RegistryAccess, mountFrom: string | undefined): Promise<Upload | 'mounted'> {
  const what = `push of the ${blob.what}`;
  const { name } = access.repository;
  const mount = mountFrom === undefined ? '' : `?mount=${blob.digest}&from=${encodeURIComponent(mountFrom)}`;
  const answer = await askRegistry(
    { method: 'POST', at: `${name}/blobs/uploads/${mount}`, headers: { 'content-length': '0' }, what },
    access,
  );
  const { response } = answer;
  if (response.status === 201 && mountFrom !== undefined) {
    await drain(response);
    return 'mounted';
  }
  if (response.status !== 202) throw await refused(answer, what, access);
  const least = Number(headerOf(response, 'oci-chunk-min-length') ?? 0);
  const chunk = Math.min(Math.max(chunkBytes, Number.isSafeInteger(least) ? least : 0), maxChunkBytes);
  return { address: await locationOf(answer, blob, access), offset: 0, chunk };
}

interface Finishing {
  readonly upload: Upload;
  readonly isWhole: boolean;
  readonly onChunk: (next: Upload) => Promise<void>;
}

async function finishUpload(blob: PushedBlob, access: RegistryAccess, { upload, isWhole, onChunk }: Finishing): Promise<void> {
  let at = upload;
  for (const size = isWhole ? 0 : blob.sizeBytes; at.offset < size;) {
    at = await sendChunk(at, blob, access);
    await onChunk(at);
  }
  const what = `push of the ${blob.what}`;
  const url = `${at.address}${at.address.includes('?') ? '&' : '?'}digest=${encodeURIComponent(blob.digest)}`;
  const body = isWhole
    ? { sizeBytes: blob.sizeBytes, pieces: () => blob.read(0, blob.sizeBytes) }
    : { sizeBytes: 0, pieces: () => blob.read(0, 0) };
  const answer = await askRegistry(
    { method: 'PUT', at: url, headers: { 'content-type': 'application/octet-stream' }, body, what, once: true },
    access,
  );
  if (answer.response.status !== 201) throw await lost(answer, blob, access);
  const stored = headerOf(answer.response, 'docker-content-digest');
  await drain(answer.response);
  if (stored !== undefined && stored !== blob.digest) throw wrongStored(blob, access, stored);
}

async function sendChunk(upload: Upload, blob: PushedBlob, access: RegistryAccess): Promise<Upload> {
  const { address, offset, chunk } = upload;
  const end = Math.min(offset + chunk, blob.sizeBytes);
  const headers = { 'content-type': 'application/octet-stream', 'content-range': `${offset}-${end - 1}` };
  const body = { sizeBytes: end - offset, pieces: () => blob.read(offset, end) };
  const answer = await askRegistry({ method: 'PATCH', at: address, headers, body, what: `push of the ${blob.what}`, once: true }, access);
  if (answer.response.status !== 202 && answer.response.status !== 201) throw await lost(answer, blob, access);
  const next = await locationOf(answer, blob, access);
  const has = endOf(answer);
  // One that kept less than it was sent gets the rest again; one that claims more than there is has another blob in mind.
  if (has !== undefined && (has > end || has <= offset)) throw new UploadLost(outOfStep(blob, access), false);
  return { address: next, offset: has ?? end, chunk };
}

/** How far an upload has come; undefined where the registry knows nothing of it. */
async function progressOf(upload: Upload, blob: PushedBlob, access: RegistryAccess): Promise<Upload | undefined> {
  const what = `push of the ${blob.what}`;
  const answer = await askRegistry({ method: 'GET', at: upload.address, what }, access);
  const has = endOf(answer) ?? 0;
  if (answer.response.status !== 204 || has > blob.sizeBytes) {
    await drain(answer.response);
    return undefined;
  }
  const location = headerOf(answer.response, 'location');
  await drain(answer.response);
  return { ...upload, offset: has, address: location === undefined ? upload.address : nextAddress(location, answer.address, access, what) };
}

/** How many bytes the registry has: `Range: 0-<last>`; `0-0` is what some say of none. */
function endOf({ response }: RegistryAnswer): number | undefined {
  const [, last = ''] = /^(?:bytes=)?0-([0-9]{1,15})$/.exec(headerOf(response, 'range') ?? '') ?? [];
  return last === '' ? undefined : last === '0' ? 0 : Number(last) + 1;
}

async function locationOf(answer: RegistryAnswer, blob: PushedBlob, access: RegistryAccess): Promise<string> {
  const what = `push of the ${blob.what}`;
  const location = headerOf(answer.response, 'location');
  await drain(answer.response);
  if (location !== undefined) return nextAddress(location, answer.address, access, what);
  throw new Failure({ code: 'network', message: `\`${access.repository.host}\` says of the ${what} not where to send it` });
}

/** What may succeed as another upload, as failures of one that may not. */
async function lost(answer: RegistryAnswer, blob: PushedBlob, access: RegistryAccess): Promise<Error> {
  const { status } = answer.response;
  const failure = await refused(answer, `push of the ${blob.what} (${blob.digest})`, access);
  if (failure.code === 'denied' || status === 413) return failure;
  return new UploadLost(failure, status === 405 || status === 501);
}

function outOfStep(blob: PushedBlob, { repository }: RegistryAccess): Failure {
  return new Failure({
    code: 'network',
    message: `\`${repository.host}\` counts other bytes of the ${blob.what} (${blob.digest}) than it was sent`,
  });
}

function wrongStored(blob: PushedBlob, { repository }: RegistryAccess, stored: string): Failure {
  return new Failure({
    code: 'wrong-digest',
    message: `${repository.label} has stored the ${blob.what} as \`${stored.slice(0, 80)}\`, and it is \`${blob.digest}\``,
  });
}
