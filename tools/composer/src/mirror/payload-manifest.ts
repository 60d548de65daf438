import { createHash } from 'node:crypto';
import { manifestType } from '@moby/content';
import { platformFolder, type Digest, type Platform } from '@moby/model';

/** A component's payload as it stands in a registry: what the manifest says that keeps it there. */
export interface MirroredPayload {
  readonly name: string;
  readonly version: string;
  readonly platform: Platform;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export const payloadType = 'application/vnd.moby-compose.payload.v1+tar';
/** OCI image specification 1.1, "Guidance for an Empty Descriptor". */
export function emptyBlob(): { readonly type: string; readonly bytes: Uint8Array } {
  return { type: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };
}

const maxTagLength = 128;
const shortHex = 12;

/**
 * The manifest that refers to a payload, so that a registry's garbage collection keeps it: an artifact of the OCI image
 * specification 1.1 whose one layer is the tar. The same payload always gives the same bytes.
 */
export function payloadManifest({ name, version, platform, digest, sizeBytes }: MirroredPayload): Uint8Array {
  const { type, bytes } = emptyBlob();
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType: payloadType,
    config: { mediaType: type, digest: `sha256:${sumOf(bytes)}`, size: bytes.length },
    layers: [{ mediaType: payloadType, digest, size: sizeBytes }],
    annotations: {
      'org.opencontainers.image.title': name,
      'org.opencontainers.image.version': version,
      'vnd.moby-compose.platform': platform,
    },
  };
  return Buffer.from(JSON.stringify(manifest));
}

/**
 * `redis-8.0.2_r1-linux-amd64`: a tag can't hold the `+` of a version, and no version has a `_`. One that is too long ends with a
 * part of its sum.
 */
export function payloadTag({ name, version, platform }: Pick<MirroredPayload, 'name' | 'version' | 'platform'>): string {
  const text = `${name}-${version}-${platformFolder(platform)}`;
  const tag = text.replaceAll('+', '_');
  if (tag.length <= maxTagLength) return tag;
  return `${tag.slice(0, maxTagLength - shortHex - 1)}-${sumOf(Buffer.from(text)).slice(0, shortHex)}`;
}

function sumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
