import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readPackageArchive } from '@moby/content/package-archive';
import { fromNpmVersion, upstreamOf } from '@moby/model';
import {
  defaultPolicy,
  fileDigests,
  readContents,
  type KnownNames,
  type Policy,
  type PublishedVersion,
  type Question,
  type Release,
} from '@moby/governor';
import { packageTar, packageTarEntries, type PackageTarEntry } from '@moby/testkit';

/** Packages of the library as they were, kept here so that nothing else changes them. */
const packages = join(import.meta.dirname, 'packages');

/** What a fixture changes of a real package and of the world around it. */
export interface Change {
  readonly package?: 'tini' | 'redis';
  /** package.json as a value, to be changed in place. */
  readonly json?: (json: PackageJson) => void;
  /** package.json as the text that is packed. */
  readonly text?: (text: string) => string;
  /** Other files: their text, or undefined for none. */
  readonly files?: Readonly<Record<string, string | Uint8Array | undefined>>;
  /** The archive that the files come in, made of their entries; false for none. */
  readonly archive?: ((entries: readonly PackageTarEntry[]) => Uint8Array) | false;
  readonly line?: string | undefined;
  /** The version document that npm makes of package.json, to be changed in place; false for none. */
  readonly announced?: ((document: PackageJson) => void) | false;
  readonly door?: Question['door'];
  /** What was published before, made of the same real package. */
  readonly published?: readonly PublishedChange[];
  readonly names?: Partial<KnownNames>;
  readonly policy?: Partial<Policy>;
  readonly payload?: Question['payload'];
  readonly plan?: Release['plan'];
  /** `ann`, who maintains it, unless said otherwise. */
  readonly owners?: Question['owners'];
  readonly publisher?: Question['publisher'];
  readonly signature?: Question['signature'];
  readonly today?: string;
}

export interface PublishedChange extends Pick<Change, 'package' | 'json' | 'files'> {
  readonly npmVersion: string;
  readonly line?: string;
  readonly state?: PublishedVersion['state'];
  /** Nothing but the version is another; else its description is. */
  readonly identical?: true;
  /** Nobody has written down what it says of itself, or which files it had. */
  readonly unknown?: readonly ('contents' | 'digests')[];
}

/** A manifest as JSON, loosely: fixtures write what no manifest has. */
// oxlint-disable-next-line typescript/no-explicit-any -- a fixture may put anything anywhere
export type PackageJson = any;

export interface Fixture {
  /** By clause: what the clause alone finds. */
  readonly fail: Readonly<Record<string, Change & { readonly also?: readonly string[] }>>;
  readonly pass: readonly Change[];
}

export async function questionOf(change: Change = {}): Promise<Question> {
  const { files, original, written } = packageOf(change);
  const line = 'line' in change ? change.line : change.package === 'redis' ? '8.0' : '0.19';
  const release: Release = {
    label: '',
    ...(await unpacked(files, change)),
    ...(line === undefined ? {} : { line }),
    ...(change.plan === undefined ? {} : { plan: change.plan }),
    ...(change.announced === false ? {} : { announced: announcedFor(readable(written) ?? original, change.announced) }),
  };
  return {
    door: change.door ?? { kind: 'publish' },
    release,
    published: await Promise.all((change.published ?? []).map((one) => publishedOf({ ...optionalPackage(change), ...one }))),
    names: { components: ['@moby/busybox', '@moby/dbus', '@moby/runc'], tombstones: [], ...change.names },
    policy: { ...defaultPolicy, ...change.policy },
    payload: change.payload ?? proven(original),
    ...peopleOf(change),
  };
}

function peopleOf(change: Change): Pick<Question, 'owners' | 'publisher' | 'signature' | 'today'> {
  const owners = 'owners' in change ? change.owners : { lifecycle: 'maintained' as const, maintainers: ['ann'] };
  const publisher = 'publisher' in change ? change.publisher : { id: 'ann', role: 'maintainer' as const };
  const { signature, today } = change;
  return {
    ...(owners === undefined ? {} : { owners }),
    ...(publisher === undefined ? {} : { publisher }),
    ...(signature === undefined ? {} : { signature }),
    ...(today === undefined ? {} : { today }),
  };
}

function optionalPackage({ package: name }: Change): Pick<Change, 'package'> {
  return name === undefined ? {} : { package: name };
}

interface PackageFiles {
  readonly files: Map<string, Buffer>;
  readonly original: PackageJson;
  readonly written: string;
}

function packageOf(change: Pick<Change, 'package' | 'json' | 'text' | 'files'>): PackageFiles {
  const files = realFiles(change.package ?? 'tini');
  const original = JSON.parse(files.get('package.json')?.toString() ?? '');
  change.json?.(original);
  const plain = `${JSON.stringify(original, undefined, 2)}\n`;
  const written = change.text?.(plain) ?? plain;
  files.set('package.json', Buffer.from(written));
  for (const [path, content] of Object.entries(change.files ?? {})) {
    if (content === undefined) files.delete(path);
    else files.set(path, Buffer.from(content));
  }
  return { files, original, written };
}

async function publishedOf(change: PublishedChange): Promise<PublishedVersion> {
  const version = fromNpmVersion(change.npmVersion);
  const upstream = version === undefined ? '' : upstreamOf(version);
  const { files } = packageOf({
    ...change,
    json: (json) => {
      json.version = change.npmVersion;
      if (change.identical !== true) json.description = `${json.description}, as it was`;
      json.component.upstream.version = upstream;
      change.json?.(json);
    },
  });
  const contents = change.unknown?.includes('contents') === true ? undefined : await readContents(files);
  if (version === undefined || (contents === undefined && change.unknown === undefined))
    throw new Error(`${change.npmVersion} is no component`);
  return {
    npmVersion: change.npmVersion,
    version,
    state: change.state ?? 'active',
    ...(change.line === undefined ? {} : { line: change.line }),
    ...(contents === undefined ? {} : { contents }),
    ...(change.unknown?.includes('digests') === true ? {} : { digests: fileDigests(files) }),
  };
}

/** As the registry's door reads what it gets. */
async function unpacked(files: ReadonlyMap<string, Buffer>, { archive, door }: Change): Promise<Pick<Release, 'files' | 'archive'>> {
  if (archive === false || door?.kind === 'review') return { files };
  const entries = packageTarEntries(files);
  const read = await readPackageArchive(archive?.(entries) ?? gzipSync(packageTar(entries)));
  return { files: read.files, archive: read };
}

function realFiles(name: string): Map<string, Buffer> {
  const folder = join(packages, name);
  const files = readdirSync(folder).map(
    (file) => [file === 'manifest.json' ? 'package.json' : file, readFileSync(join(folder, file))] as const,
  );
  return new Map(files);
}

function readable(text: string): PackageJson {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As `npm publish` of npm 11 sends it. */
function announcedFor(json: PackageJson, change?: (document: PackageJson) => void): PackageJson {
  const document = structuredClone(json);
  Object.assign(document, {
    _id: `${json.name}@${json.version}`,
    _nodeVersion: '24.21.0',
    _npmVersion: '11.19.1',
    dist: { integrity: 'sha512-', shasum: '', tarball: '' },
    readme: '# tini\n',
    readmeFilename: 'README.md',
  });
  if (json.repository === 'github:moby/moby-compose') {
    document.repository = { type: 'git', url: 'git+https://github.com/moby/moby-compose.git' };
    document.bugs = { url: 'https://github.com/moby/moby-compose/issues' };
    document.homepage = 'https://github.com/moby/moby-compose#readme';
  }
  change?.(document);
  return document;
}

function proven(json: PackageJson): Question['payload'] {
  const platforms: [string, { digest: string; size: number }][] = Object.entries(json.component?.payload?.platforms ?? {});
  const payloads: PackageJson = Object.fromEntries(platforms.map(([platform, { digest, size }]) => [platform, { digest, size }]));
  return { kind: 'proven', payloads, differing: [] };
}
