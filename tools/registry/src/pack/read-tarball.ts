import { gunzipOne, printable, readTar, type TarEntry } from '@moby/content';
import { Failure, formatBytes } from '@moby/model';
import type { PackageFile } from './package-files.ts';
import { packageLimits } from './package-limits.ts';

const prefix = 'package/';
const specialModes = 0o7000;

/**
 * The files of a registry's tarball by their effective paths, sorted: what every reader of it gets. `name` is for messages, as
 * `@moby/redis@8.0.201`. Throws `bad-archive` for an archive in which two readers could see two packages or which reaches out of its folder,
 * and `limit`.
 */
export async function readTarball(tarball: Uint8Array, name: string): Promise<readonly PackageFile[]> {
  try {
    return filesOf(await readEntries(tarball, name), name);
  } catch (error) {
    if (error instanceof Failure && (error.code === 'bad-archive' || error.code === 'limit')) throw refused(error);
    throw error;
  }
}

async function readEntries(tarball: Uint8Array, name: string): Promise<readonly TarEntry[]> {
  if (tarball.length > packageLimits.tarballBytes)
    throw refusal(name, `has ${formatBytes(tarball.length)}; ${formatBytes(packageLimits.tarballBytes)} are allowed`, 'limit');
  // An entry without bytes costs a header, which the size of all files doesn't count.
  const tarBytes = packageLimits.unpackedBytes + 4 * packageLimits.files * 512;
  return readTar(await gunzipOne(tarball, name, { maxBytes: tarBytes, maxRatio: packageLimits.ratio }), name, { plain: true });
}

function filesOf(entries: readonly TarEntry[], name: string): readonly PackageFile[] {
  const kinds = new Map<string, 'file' | 'directory'>();
  const inAnyCase = new Map<string, string>();
  const files: PackageFile[] = [];
  for (const entry of entries) {
    const path = pathOf(entry, name);
    const known = inAnyCase.get(path.toLowerCase());
    if (known !== undefined && !(entry.kind === 'directory' && kinds.get(path) === 'directory'))
      throw refusal(
        name,
        known === path ? `has \`${path}\` twice` : `has \`${known}\` and \`${path}\`, which are one file to some systems`,
      );
    kinds.set(path, entry.kind === 'directory' ? 'directory' : 'file');
    inAnyCase.set(path.toLowerCase(), path);
    if (entry.kind === 'file') files.push({ path: path.slice(prefix.length), bytes: entry.bytes });
    if (files.length > packageLimits.files) throw refusal(name, `has more than ${packageLimits.files} files`, 'limit');
  }
  for (const path of kinds.keys()) {
    const parent = parentsOf(path).find((folder) => kinds.get(folder) === 'file');
    if (parent !== undefined) throw refusal(name, `has \`${path}\` below \`${parent}\`, which is a file`);
  }
  if (kinds.get(`${prefix}package.json`) !== 'file') throw refusal(name, 'has no `package/package.json`');
  return files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

function pathOf({ path, kind, mode, target }: TarEntry, name: string): string {
  if (kind !== 'file' && kind !== 'directory')
    throw refusal(name, `has a ${kind} \`${path}\`${target === '' ? '' : ` to \`${target}\``}: a package has files only`);
  if (!`${path}/`.startsWith(prefix) || (kind === 'file' && path.length <= prefix.length))
    throw refusal(name, `has \`${path}\`, which is not below \`${prefix}\``);
  if (path !== printable(path) || path.includes('\\')) throw refusal(name, `has a control character or a backslash in \`${path}\``);
  if ((mode & specialModes) !== 0) throw refusal(name, `has \`${path}\` with the mode ${mode.toString(8)}`);
  return path;
}

function parentsOf(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

function refusal(name: string, what: string, code: 'bad-archive' | 'limit' = 'bad-archive'): Failure {
  return new Failure({ code, message: `the package \`${printable(name)}\` ${printable(what)}` });
}

function refused(cause: Failure): Failure {
  const hints = ['its registry serves what no component’s tool packs: tell who runs it, or pin another version'];
  const message = cause.message.startsWith('the package ') ? cause.message : `the package ${cause.message}`;
  return new Failure({ code: cause.code, message, hints, cause });
}
