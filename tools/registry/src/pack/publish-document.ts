import type { PackedComponent } from './pack-component.ts';

export interface PublishRequest {
  readonly packed: PackedComponent;
  /** The registry's address, with a slash at its end. */
  readonly registry: string;
  /** The dist-tag that is to point to the version, as `next`. */
  readonly tag: string;
  /** Shown by a registry's page where the package has no README of its own. */
  readonly readme?: string;
  /** A signed statement about the version, as a sigstore bundle. */
  readonly bundle?: { readonly mediaType: string };
}

/** The body of the `PUT /<name>` by which npm's client publishes a version. */
export function publishDocument({ packed, registry, tag, readme, bundle }: PublishRequest): Readonly<Record<string, unknown>> {
  const { npmName } = packed.manifest;
  const { npmVersion, tarball } = packed;
  const file = `${npmName}-${npmVersion}.tgz`;
  const version = {
    ...packed.packageJson,
    ...readmeOf(packed, readme),
    _id: `${npmName}@${npmVersion}`,
    dist: {
      integrity: packed.integrity,
      shasum: packed.shasum,
      // As npm writes it: a registry puts its own address there when it serves the version.
      tarball: new URL(`${npmName}/-/${file}`, registry).href.replace(/^https:/, 'http:'),
    },
  };
  return {
    _id: npmName,
    name: npmName,
    description: packed.manifest.description,
    'dist-tags': { [tag]: npmVersion },
    versions: { [npmVersion]: version },
    access: null,
    _attachments: {
      [file]: { content_type: 'application/octet-stream', data: Buffer.from(tarball).toString('base64'), length: tarball.length },
      ...bundleAttachment(`${npmName}-${npmVersion}.sigstore`, bundle),
    },
  };
}

/** As npm sends provenance: the bundle is its text, not base64. */
function bundleAttachment(file: string, bundle: PublishRequest['bundle']): Readonly<Record<string, unknown>> {
  if (bundle === undefined) return {};
  const data = JSON.stringify(bundle);
  return { [file]: { content_type: bundle.mediaType, data, length: data.length } };
}

function readmeOf(packed: PackedComponent, readme: string | undefined): { readonly readme?: string; readonly readmeFilename?: string } {
  const own = packed.files.find(({ path }) => /^readme(?:\.|$)/i.test(path));
  if (own !== undefined) return { readme: Buffer.from(own.bytes).toString(), readmeFilename: own.path };
  return readme === undefined ? {} : { readme };
}
