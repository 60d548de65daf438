import { createHash } from 'node:crypto';
import { Failure, type Digest } from '@moby/model';
import type { HttpClient } from '../download/open-http.ts';
import { digestOf } from '../store/write-blob.ts';
import { askRegistry, refused, type RegistryAccess } from './ask-registry.ts';
import { openAuthorization } from './authorize.ts';
import type { CredentialsFound } from './credentials.ts';
import { pushBlob, type PushedBlob, type PushOptions } from './push-blob.ts';
import { drain, headerOf, readAnswer } from './read-answer.ts';
import type { OciRepository } from './repository.ts';

/** One repository of a registry, as the OCI distribution specification 1.1 has it. `what` names things for messages. */
export interface OciRegistry {
  readonly repository: OciRepository;
  /** Whether a registry is there at all, and lets this user in. Throws `denied`, `network`, `not-found`. */
  ping(): Promise<void>;
  hasBlob(digest: Digest, what: string): Promise<boolean>;
  /**
   * The bytes of a blob, whose sum is compared as they come; undefined where it is missing. Reading on throws `wrong-digest` at the first
   * byte too many and at the end, `TransportError` where the connection is cut.
   */
  readBlob(blob: {
    readonly digest: Digest;
    readonly sizeBytes: number;
    readonly what: string;
  }): Promise<AsyncIterable<Uint8Array> | undefined>;
  pushBlob(blob: PushedBlob, options?: PushOptions): Promise<'pushed' | 'mounted'>;
  /** Undefined where there is none of that tag or digest. */
  getManifest(reference: string, what: string): Promise<Uint8Array | undefined>;
  putManifest(manifest: OciManifest): Promise<Digest>;
}

export interface OciManifest {
  readonly tag: string;
  readonly bytes: Uint8Array;
  readonly what: string;
}

export interface OciRegistryOptions {
  readonly repository: OciRepository;
  readonly found: CredentialsFound;
  readonly http: HttpClient;
  /** How often a request is sent before it is given up; 4 by default. */
  readonly attempts?: number;
  /** Waits between attempts, for tests. */
  readonly delay?: (ms: number) => Promise<void>;
}

/** OCI distribution specification 1.1: what a registry has to take at least. */
const maxManifestBytes = 4 << 20;
const defaultAttempts = 4;
export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

export function openOciRegistry({ repository, found, http, attempts = defaultAttempts, delay }: OciRegistryOptions): OciRegistry {
  const authorization = openAuthorization({ repository, credentials: found.credentials, http });
  const access: RegistryAccess = { repository, http, authorization, note: found.note, attempts, delay };
  const { name } = repository;
  return {
    repository,
    ping: () => ping(access),
    hasBlob: async (digest, what) => {
      const answer = await askRegistry({ method: 'HEAD', at: `${name}/blobs/${digest}`, what: `look for the ${what}` }, access);
      if (answer.response.status !== 200 && answer.response.status !== 404) throw await refused(answer, `look for the ${what}`, access);
      await drain(answer.response);
      return answer.response.status === 200;
    },
    readBlob: async (blob) => {
      const what = `read of the ${blob.what}`;
      const answer = await askRegistry({ method: 'GET', at: `${name}/blobs/${blob.digest}`, what }, access);
      if (answer.response.status === 200) return verified(answer.response.body, blob, repository);
      if (answer.response.status !== 404) throw await refused(answer, what, access);
      await drain(answer.response);
      return undefined;
    },
    pushBlob: (blob, options) => pushBlob(blob, access, options),
    getManifest: async (reference, what) => {
      const answer = await askRegistry(
        { method: 'GET', at: `${name}/manifests/${reference}`, headers: { accept: manifestType }, what: `read of the manifest of ${what}` },
        access,
      );
      if (answer.response.status !== 200 && answer.response.status !== 404)
        throw await refused(answer, `read of the manifest of ${what}`, access);
      const bytes = await readAnswer(answer.response, maxManifestBytes);
      if (answer.response.status === 404) return undefined;
      if (bytes.length <= maxManifestBytes) return checkedManifest(bytes, reference, repository);
      throw new Failure({
        code: 'limit',
        message: `${repository.label} has a manifest \`${reference}\` of more than ${maxManifestBytes} bytes`,
      });
    },
    putManifest: (manifest) => putManifest(manifest, access),
  };
}

async function ping(access: RegistryAccess): Promise<void> {
  const { repository } = access;
  const answer = await askRegistry({ method: 'GET', at: '', what: 'greeting' }, access);
  if (answer.response.status === 200) return drain(answer.response);
  if (answer.response.status !== 404) throw await refused(answer, 'greeting', access);
  await drain(answer.response);
  throw new Failure({
    code: 'not-found',
    message: `there is no registry at \`${repository.origin}\`: \`/v2/\` is not found`,
    hints: ['look at host and port; it has to speak the OCI distribution specification'],
  });
}

async function putManifest({ tag, bytes, what }: OciManifest, access: RegistryAccess): Promise<Digest> {
  const { repository } = access;
  const digest = sha256(bytes);
  const purpose = `push of the manifest of ${what}`;
  const body = { sizeBytes: bytes.length, pieces: () => once(bytes) };
  const headers = { 'content-type': manifestType };
  const answer = await askRegistry({ method: 'PUT', at: `${repository.name}/manifests/${tag}`, headers, body, what: purpose }, access);
  if (answer.response.status !== 201) throw await refused(answer, purpose, access);
  const stored = headerOf(answer.response, 'docker-content-digest');
  await drain(answer.response);
  if (stored === undefined || stored === digest) return digest;
  throw new Failure({
    code: 'wrong-digest',
    message: `${repository.label} has stored the manifest of ${what} as \`${stored.slice(0, 80)}\`, and it is \`${digest}\``,
  });
}

/** A manifest that was asked for by its digest has it. */
function checkedManifest(bytes: Uint8Array, reference: string, repository: OciRepository): Uint8Array {
  if (!reference.includes(':') || sha256(bytes) === reference) return bytes;
  throw new Failure({
    code: 'wrong-digest',
    message: `${repository.label} has other bytes than ${reference}, a manifest: got ${sha256(bytes)}`,
  });
}

async function* verified(
  body: AsyncIterable<Uint8Array>,
  { digest, sizeBytes, what }: { readonly digest: Digest; readonly sizeBytes: number; readonly what: string },
  repository: OciRepository,
): AsyncGenerator<Uint8Array> {
  const wrong = (got: string): Failure =>
    new Failure({
      code: 'wrong-digest',
      message: `${repository.label} has other bytes than ${digest}, the ${what}: ${got}`,
      hints: ['nothing of it was kept; whoever runs the registry should remove the blob, and push it again: moby-compose component mirror'],
    });
  const hash = createHash('sha256');
  let received = 0;
  for await (const piece of body) {
    received += piece.length;
    if (received > sizeBytes) throw wrong(`more than ${sizeBytes} bytes`);
    hash.update(piece);
    yield piece;
  }
  if (received < sizeBytes) throw wrong(`${received} of ${sizeBytes} bytes`);
  const found = digestOf(hash.digest('hex'));
  if (found !== digest) throw wrong(`got ${found}`);
}

function sha256(bytes: Uint8Array): Digest {
  return digestOf(createHash('sha256').update(bytes).digest('hex'));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
