import { createHash } from 'node:crypto';
import { payloadSources, type DebSource, type Manifest } from '@moby/model';
import type { ReleaseDigests, SourceDigest } from '@moby/trust';

export interface Release {
  readonly manifest: Manifest;
  readonly npmVersion: string;
  readonly tarball: Uint8Array;
  /** The bytes of its package.json. */
  readonly packageJson: Uint8Array;
}

/** What a publisher's statement about a release vouches for, computed of the release itself. */
export function releaseDigests({ tarball, ...release }: Release): ReleaseDigests {
  return digestsOf(release, createHash('sha512').update(tarball).digest('hex'));
}

/** The same of a release whose tarball is known by npm's name of its sha512. */
export function publishedDigests({ integrity, ...release }: Omit<Release, 'tarball'> & { readonly integrity: string }): ReleaseDigests {
  return digestsOf(release, Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex'));
}

function digestsOf({ manifest, npmVersion, packageJson }: Omit<Release, 'tarball'>, tarball: string): ReleaseDigests {
  const platforms = Object.entries(manifest.payload.platforms);
  return {
    name: manifest.npmName,
    version: npmVersion,
    tarball,
    manifest: createHash('sha256').update(packageJson).digest('hex'),
    payloads: Object.fromEntries(platforms.map(([platform, { digest }]) => [platform, digest.slice('sha256:'.length)])),
    sources: platforms.flatMap(([, payload]) =>
      payloadSources(payload).flatMap((source): readonly SourceDigest[] =>
        source.kind === 'deb' ? [{ uri: packageUrl(source), sha256: source.sha256 }] : [],
      ),
    ),
  };
}

/** As the package URL specification writes Debian's packages: `pkg:deb/debian/redis-tools@5:8.0.6-1?arch=amd64` with what is encoded. */
function packageUrl({ package: name, version, path }: DebSource): string {
  const architecture = /_([a-z0-9-]+)\.deb$/.exec(path)?.[1];
  const encoded = encodeURIComponent(version).replaceAll('%3A', ':');
  return `pkg:deb/debian/${encodeURIComponent(name)}@${encoded}${architecture === undefined ? '' : `?arch=${architecture}`}`;
}
