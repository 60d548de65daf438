import { createHash } from 'node:crypto';
import { constants, gzipSync } from 'node:zlib';
import { writePayload } from '@moby/content';
import { Failure, formatBytes, type Digest, type Manifest } from '@moby/model';
import { readManifest } from '../component-folder.ts';
import { packageFiles, type PackageFile } from './package-files.ts';
import { packageLimits } from './package-limits.ts';

/** A component as npm's package. */
export interface PackedComponent {
  readonly manifest: Manifest;
  /** npm's version, `8.0.201`. */
  readonly npmVersion: string;
  /** package.json as it was written. */
  readonly packageJson: Readonly<Record<string, unknown>>;
  readonly files: readonly PackageFile[];
  /** Of the uncompressed tar: what two packings of one folder have in common, whichever zlib compressed them. */
  readonly tar: Digest;
  readonly tarball: Uint8Array;
  /** npm's name for the sha512 of the tarball. */
  readonly integrity: string;
  /** The sha1 of the tarball, which old clients want. */
  readonly shasum: string;
}

/** Who can execute a file is the manifest's word, so that no umask and no file system has a say in the bytes. */
const fileMode = 0o644;
/** RFC 1952: the system that compressed it is unknown. */
const unknownSystem = 255;

/**
 * A component's folder → its package: entries sorted below `package/`, one mode, no owners, the time 0, so that the tar depends on the
 * files alone. `label` is what messages call the folder. Throws as `packageFiles` does, and `invalid-input` for what isn't a component's manifest.
 */
export async function packComponent(folder: string, label: string): Promise<PackedComponent> {
  const files = packageFiles(folder, label);
  const manifest = await readManifest(folder, `${label}/package.json`);
  const packageJson = parsePackageJson(files);
  if (packageJson['private'] === true)
    throw new Failure({
      code: 'invalid-input',
      message: `\`${label}\` is private`,
      hints: [`take \`"private": true\` out of \`${label}/package.json\`, if everybody may have it`],
    });
  refuseUnlisted(files, packageJson['files'], label);
  const { tar, tarball } = packFiles(files);
  if (tarball.length > packageLimits.tarballBytes)
    throw new Failure({
      code: 'limit',
      message: `the package of \`${label}\` has ${formatBytes(tarball.length)}; ${formatBytes(packageLimits.tarballBytes)} are allowed`,
    });
  return {
    manifest,
    npmVersion: String(packageJson['version']),
    packageJson,
    files,
    tar,
    tarball,
    integrity: integrityOf(tarball),
    shasum: createHash('sha1').update(tarball).digest('hex'),
  };
}

/** A package of the files, in their order. */
export function packFiles(files: Iterable<PackageFile>): Pick<PackedComponent, 'tar' | 'tarball'> {
  const tar = writePayload([...files].map(({ path, bytes }) => ({ kind: 'file', path: `package/${path}`, mode: fileMode, bytes })));
  const tarball = gzipSync(Buffer.concat([...tar.pieces()]), { level: constants.Z_BEST_COMPRESSION, memLevel: 9 });
  tarball[9] = unknownSystem;
  return { tar: tar.digest, tarball };
}

/** `sha512-` and base64, as npm writes it (W3C, Subresource Integrity). */
export function integrityOf(tarball: Uint8Array): string {
  return `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
}

function parsePackageJson(files: readonly PackageFile[]): Readonly<Record<string, unknown>> {
  const bytes = files.find(({ path }) => path === 'package.json')?.bytes ?? new Uint8Array();
  const value: unknown = JSON.parse(Buffer.from(bytes).toString());
  if (!isRecord(value)) throw new TypeError('a manifest is an object');
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** npm packs of a folder what `files` lists. */
function refuseUnlisted(files: readonly PackageFile[], list: unknown, label: string): void {
  if (!Array.isArray(list)) return;
  const listed = list.map((name: unknown) => String(name).replace(/\/$/, ''));
  const wanted = new Set(files.map(({ path }) => path.split('/')[0] ?? path).filter((name) => name === 'files' || name.endsWith('.json')));
  wanted.delete('package.json');
  const missing = [...wanted].filter((name) => !listed.includes(name));
  if (missing.length === 0) return;
  const [written, names] = [`${label}/package.json`, missing.map((name) => `\`${name}\``).join(' and ')];
  throw new Failure({
    code: 'invalid-input',
    message: `\`files\` of \`${written}\` lacks ${names}: npm's client would publish the component without`,
    hints: [`add ${names} to \`files\``],
  });
}
