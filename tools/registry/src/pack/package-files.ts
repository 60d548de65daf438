import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from '@moby/content';
import { Failure, formatBytes } from '@moby/model';
import { isMissing } from '../component-folder.ts';
import { packageLimits } from './package-limits.ts';
import { whyUnpackable } from './unpackable.ts';

/** A file of a package by its path in the component's folder, as `files/usr/share/hello`. */
export interface PackageFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Beside `files/` and the texts that npm always packs. */
const ownFiles = ['facts.json', 'kernel-symbols.json', 'package.json', 'symbols.json'];
/** As npm-packlist matches them, in any case. */
const textPattern = /^(?:readme|copying|licen[cs]e)(?:\..*[^~$])?$/i;

/**
 * What of a component's folder is published, sorted by path: what its tree's digest covers, the kernel's symbols that its facts name,
 * and the texts that npm packs of each package. `label` is what messages call the folder. Throws `not-found` where there is no package.json,
 * `invalid-input` for what npm's own client would leave out, since then the same folder would be two packages, and `limit`.
 */
export function packageFiles(folder: string, label: string): readonly PackageFile[] {
  const files: PackageFile[] = [];
  let total = 0;
  const take = (path: string): void => {
    const why = whyUnpackable(path);
    if (why !== undefined) throw unpackable(`${label}/${path}`, why);
    const { size } = lstatSync(join(folder, path));
    total += size;
    if (files.length === packageLimits.files)
      throw new Failure({ code: 'limit', message: `\`${label}\` has more than ${packageLimits.files} files to publish` });
    if (total > packageLimits.unpackedBytes)
      throw new Failure({
        code: 'limit',
        message: `\`${label}\` has more than ${formatBytes(packageLimits.unpackedBytes)} to publish`,
        hints: ['what is large belongs to a package that the payload pins, not into `files/`'],
      });
    files.push({ path, bytes: readFileSync(join(folder, path)) });
  };
  const names = new Map(entriesOf(folder).map((entry) => [entry.name, entry]));
  if (names.get('package.json')?.isFile() !== true)
    throw new Failure({ code: 'not-found', message: `there is no component in \`${label}\`: it has no package.json` });
  for (const [name, entry] of names) {
    if (name === 'files' && entry.isDirectory()) takeBelow(folder, label, 'files', take);
    else if (ownFiles.includes(name) && !entry.isFile()) throw unpackable(`${label}/${name}`, 'is no regular file');
    else if (entry.isFile() && isPacked(name)) take(name);
  }
  refuseCasePairs(files, label);
  return files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** Whether a file of a component's folder, by its path in it, is part of its package. */
export function isPacked(path: string): boolean {
  return path.startsWith('files/') || ownFiles.includes(path) || (!path.includes('/') && textPattern.test(path));
}

function takeBelow(folder: string, label: string, prefix: string, take: (path: string) => void): void {
  for (const entry of entriesOf(join(folder, prefix))) {
    const path = `${prefix}/${entry.name}`;
    if (entry.isDirectory()) takeBelow(folder, label, path, take);
    else if (entry.isFile()) take(path);
    else throw unpackable(`${label}/${path}`, 'is no regular file: links are written under `links` of the payload');
  }
}

function entriesOf(folder: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(folder);
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw new Failure({ code: 'io', message: `\`${folder}\` can't be read`, cause });
  }
}

function readEntries(folder: string): readonly { readonly name: string; isFile(): boolean; isDirectory(): boolean }[] {
  return readdirSync(folder, { withFileTypes: true });
}

/** Where names are the same in any case, one of the two would vanish. */
function refuseCasePairs(files: readonly PackageFile[], label: string): void {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    const other = seen.get(path.toLowerCase());
    if (other !== undefined) throw unpackable(`${label}/${path}`, `and \`${other}\` are the same to some file systems`);
    seen.set(path.toLowerCase(), path);
  }
}

function unpackable(path: string, why: string): Failure {
  return new Failure({ code: 'invalid-input', message: `\`${printable(path)}\` ${why}`, hints: ['give it another name, or take it away'] });
}
