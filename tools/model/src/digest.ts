import type { Brand } from './brand.ts';

/** `sha256:` and 64 lowercase hex digits: the identity of uncompressed bytes (OCI image-spec, descriptor digests). */
export type Digest = Brand<string, 'Digest'>;

const pattern = /^sha256:[0-9a-f]{64}$/;

export function parseDigest(text: string): Digest | undefined {
  return isDigest(text) ? text : undefined;
}

export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && pattern.test(value);
}

/** The 64 hex digits alone, as file names use them. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The first 12 hex digits: what names a component's tree in an image (`/c/<12 hex>`). */
export function shortHexOf(digest: Digest): string {
  return hexOf(digest).slice(0, 12);
}
