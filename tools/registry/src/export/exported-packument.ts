import { compareVersions, fromNpmVersion, isPrerelease, type Version } from '@moby/model';
import type { RegistrySignature } from '@moby/trust/registry';
import type { PackedComponent } from '../pack/pack-component.ts';

/** A component's line as it was packed. */
export interface Line {
  readonly packed: PackedComponent;
  readonly folder: string;
  readonly label: string;
  /** Empty where its folder names none. */
  readonly line: string;
}

/** What a registry of files answers for a component. */
export interface PackumentDocument {
  readonly name: string;
  readonly description?: string;
  readonly 'dist-tags': Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, VersionDocument>>;
  readonly readme?: string;
  readonly readmeFilename?: string;
}

export interface VersionDocument {
  readonly dist: {
    readonly integrity: string;
    readonly shasum: string;
    readonly tarball: string;
    readonly signatures?: readonly RegistrySignature[];
  };
  readonly deprecated?: string;
}

/** The tarball below the registry's folder: npm's own path would make a folder of the packument's name. */
export function tarballPath(npmName: string, npmVersion: string): string {
  return `tarballs/${npmName}-${npmVersion}.tgz`;
}

/** The packument of before with these lines in it; versions in their order, so that it doesn't tell when each came. */
export function mergePackument(
  before: PackumentDocument | undefined,
  lines: readonly Line[],
  readme: string | undefined,
): PackumentDocument {
  const [first] = lines;
  if (first === undefined) throw new TypeError('a packument has a version');
  const { npmName: name } = first.packed.manifest;
  const fresh = lines.map(({ packed }) => [packed.npmVersion, versionDocument(packed)] as const);
  const versions = [...new Map([...fresh, ...Object.entries(before?.versions ?? {})])].sort(([a], [b]) => compareNpm(a, b));
  const tags = lines.flatMap(({ line, packed }) => (line === '' ? [] : [[`line-${line}`, packed.npmVersion] as const]));
  const latest = versions.findLast(([version, { deprecated }]) => deprecated === undefined && !isPre(version)) ?? versions.at(-1);
  const newest = lines.findLast(({ packed }) => packed.npmVersion === latest?.[0]) ?? lines.at(-1) ?? first;
  return {
    name,
    description: newest.packed.manifest.description,
    'dist-tags': sorted({ ...before?.['dist-tags'], ...Object.fromEntries(tags), ...(latest === undefined ? {} : { latest: latest[0] }) }),
    versions: Object.fromEntries(versions),
    ...(readme === undefined ? {} : { readme, readmeFilename: 'README.md' }),
  };
}

function versionDocument({ packageJson, manifest, npmVersion, integrity, shasum }: PackedComponent): VersionDocument {
  const { npmName } = manifest;
  const tarball = `../${tarballPath(npmName, npmVersion)}`;
  const own = { ...packageJson, _id: `${npmName}@${npmVersion}` };
  return { ...own, dist: { integrity, shasum, tarball } };
}

function compareNpm(a: string, b: string): number {
  const [left, right] = [versionOf(a), versionOf(b)];
  return left === undefined || right === undefined ? Number(a > b) - Number(a < b) : compareVersions(left, right);
}

function isPre(npmVersion: string): boolean {
  const version = versionOf(npmVersion);
  return version === undefined || isPrerelease(version);
}

function versionOf(npmVersion: string): Version | undefined {
  return fromNpmVersion(npmVersion);
}

function sorted(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}
