import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Http, type HttpHeaders } from '@moby/content';
import {
  Failure,
  type ComponentName,
  type Diagnostic,
  type Manifest,
  type Notice,
  type Registry,
  type RegistryComponent,
  type Version,
} from '@moby/model';
import { readComponent, readManifest } from '../component-folder.ts';
import { packageLimits } from '../pack/package-limits.ts';
import { listComponents, type ComponentList } from './component-list.ts';
import { openDocumentCache } from './document-cache.ts';
import { withFiles } from './file-http.ts';
import { openPackageCache, type PackageCache } from './package-cache.ts';
import { readPackument, type Packument, type PublishedVersion } from './packument.ts';
import { verifyStatement, type OwnersWorld } from './owners-statement.ts';
import { registryAddress } from './registry-address.ts';
import { RegistryClient } from './registry-client.ts';
import { RegistryTrust, type TrustOptions } from './registry-trust.ts';

export interface NpmRegistryOptions {
  /** `http:`, `https:`, or `file:` for a folder that was exported. */
  readonly url: string;
  /** The one scope of which it is asked, as `@moby`. */
  readonly scope: string;
  /** Where answers and packages are kept. */
  readonly cacheFolder: string;
  readonly http: Http;
  /** What an address is told of who asks; see `readNpmSettings`. */
  readonly credentials: (url: URL) => HttpHeaders;
  readonly offline: boolean;
  /** What doesn't stop anything: a registry that is silent, a version that can't be read, damage in the cache. */
  readonly warn: (finding: Diagnostic) => void;
  /** Whose signatures count; without it none is looked at. */
  readonly trust?: NpmTrust | undefined;
}

export interface NpmTrust extends TrustOptions {
  /** The keys of a package's OWNERS.yaml, where it is at hand. */
  readonly ownersKeys: OwnersWorld['ownersKeys'];
}

/**
 * The components of one scope in a registry that speaks npm's protocol: one request a name, whose answer has all manifests; tarballs only of
 * what is chosen. It is asked of no other scope, so another registry of the same name can't be taken for it.
 */
export function openNpmRegistry(options: NpmRegistryOptions): Registry {
  return new NpmRegistry(openNpmParts(options));
}

/** What both the registry and whoever verifies releases work with. */
export function openNpmParts({ scope, cacheFolder, warn, offline, credentials, trust, ...options }: NpmRegistryOptions): NpmRegistryParts {
  const url = registryAddress(options.url);
  const cache = openDocumentCache(cacheFolder);
  const client = new RegistryClient({ url, http: withFiles(options.http), credentials, offline, warn, cache });
  const signatures = trust === undefined ? undefined : new RegistryTrust({ ...trust, client, url: client.label, cache, warn });
  const owners = trust === undefined ? undefined : { ...trust, client };
  return { client, url, scope, packages: openPackageCache(cacheFolder), signatures, owners, warn };
}

export interface NpmRegistryParts {
  readonly client: RegistryClient;
  readonly url: string;
  readonly scope: string;
  readonly packages: PackageCache;
  /** Undefined where no signature is looked at. */
  readonly signatures: RegistryTrust | undefined;
  readonly owners: OwnersWorld | undefined;
  readonly warn: (finding: Diagnostic) => void;
}

class NpmRegistry implements Registry {
  readonly label: string;
  readonly #parts: NpmRegistryParts;
  readonly #packuments = new Map<ComponentName, Promise<Packument>>();
  #list: Promise<ComponentList> | undefined;

  constructor(parts: NpmRegistryParts) {
    this.#parts = parts;
    this.label = parts.client.label;
  }

  async names(): Promise<readonly ComponentName[]> {
    return [...(await this.#components()).keys()];
  }

  namesAtHand(): Promise<readonly ComponentName[]> {
    return Promise.resolve([]);
  }

  async providers(capability: string): Promise<readonly ComponentName[]> {
    return [...(await this.#components())].flatMap(([name, offers]) => (offers?.has(capability) === false ? [] : [name]));
  }

  async versions(name: ComponentName): Promise<readonly Version[]> {
    return [...(await this.#packument(name)).versions.keys()];
  }

  async notices(name: ComponentName): Promise<ReadonlyMap<Version, Notice>> {
    const { versions } = await this.#packument(name);
    return new Map([...versions].flatMap(([version, { notice }]) => (notice === undefined ? [] : [[version, notice]])));
  }

  async manifest(name: ComponentName, version: Version): Promise<Manifest> {
    return (await this.#published(name, version)).manifest;
  }

  async line(name: ComponentName, version: Version): Promise<string> {
    return (await this.#published(name, version)).line;
  }

  async component(name: ComponentName, version: Version): Promise<RegistryComponent> {
    const published = await this.#published(name, version);
    const { manifest, npmVersion, integrity, line } = published;
    const id = `${manifest.npmName}@${npmVersion}`;
    const { signatures, owners } = this.#parts;
    // Before anything of the package moves.
    await signatures?.release({ npmName: manifest.npmName, ...published });
    const folder = await this.#folderOf(published, id);
    const label = `${id}/package.json`;
    const packed = await readManifest(folder, label);
    if (!isDeepStrictEqual(packed, manifest))
      throw new Failure({
        code: 'bad-archive',
        message: `the registry ${this.label} says of \`${id}\` what its package does not: ${differing(manifest, packed).join(', ')}`,
        hints: ['nobody should have been able to publish that: tell who runs the registry, and take another version'],
      });
    if (owners !== undefined) await verifyStatement({ ...published, packageJson: await readFile(join(folder, 'package.json')) }, owners);
    return { ...readComponent(folder, label, manifest), line, origin: { package: id, integrity } };
  }

  #components(): Promise<ComponentList> {
    this.#list ??= listComponents(this.#parts.client, this.#parts.scope, this.#parts.signatures);
    return this.#list;
  }

  async #published(name: ComponentName, version: Version): Promise<PublishedVersion> {
    const published = (await this.#packument(name)).versions.get(version);
    if (published === undefined) throw new Failure({ code: 'not-found', message: `the registry ${this.label} has no ${name} ${version}` });
    return published;
  }

  #packument(name: ComponentName): Promise<Packument> {
    const known = this.#packuments.get(name);
    if (known !== undefined) return known;
    const packument = this.#readPackument(`${this.#parts.scope}/${name}`);
    this.#packuments.set(name, packument);
    return packument;
  }

  async #readPackument(npmName: string): Promise<Packument> {
    const json = await this.#parts.client.document(npmName);
    if (json === undefined) return { versions: new Map(), findings: [] };
    const packument = await readPackument(json, { npmName, registry: this.label });
    packument.findings.forEach(this.#parts.warn);
    return packument;
  }

  async #folderOf({ manifest, integrity, tarball }: PublishedVersion, id: string): Promise<string> {
    const { client, packages, url, warn } = this.#parts;
    const wanted = { integrity, name: id };
    const kept = await packages.folderOf(wanted, (path) =>
      warn({
        severity: 'warning',
        code: 'cache-damaged',
        message: `what was kept of the package \`${id}\` has other bytes than were kept, and is made anew: \`${path}\``,
      }),
    );
    if (kept !== undefined) return kept;
    const address = tarballAddress(tarball, new URL(manifest.npmName, url));
    if (address === undefined)
      throw new Failure({
        code: 'bad-index',
        message: `the registry ${this.label} names no address for the package \`${id}\`: \`${tarball}\``,
      });
    const bytes = await client.bytes(address, { what: `the package \`${id}\``, maxBytes: packageLimits.tarballBytes });
    return packages.put(bytes, wanted);
  }
}

/** A registry behind https is not left for http, as npm's own documents would have it; one on the web names no file of this machine. */
export function tarballAddress(tarball: string, packument: URL): URL | undefined {
  const url = URL.parse(tarball, packument.href);
  if (url === null || (url.protocol === 'file:' ? packument.protocol !== 'file:' : !/^https?:$/.test(url.protocol))) return undefined;
  if (packument.protocol === 'https:' && url.hostname === packument.hostname) url.protocol = 'https:';
  return url;
}

/** What of a manifest differs, by name. */
export function differing(one: Manifest, other: Manifest): readonly string[] {
  const [left, right] = [new Map<string, unknown>(Object.entries(one)), new Map<string, unknown>(Object.entries(other))];
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => !isDeepStrictEqual(left.get(key), right.get(key))).sort();
}
