import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@moby/content';
import { Failure, type Diagnostic, type Manifest } from '@moby/model';
import type { SigningKey } from '@moby/trust/registry';
import { lineOf } from '../component-folder.ts';
import { cataloguePath } from '../npm/component-list.ts';
import { packComponent, type PackedComponent } from '../pack/pack-component.ts';
import { catalogueOf } from './catalogue.ts';
import { readDescription } from './description.ts';
import { mergePackument, tarballPath, type Line, type PackumentDocument } from './exported-packument.ts';
import { readPackumentFile, sameContent, writeIfOther } from './registry-files.ts';
import { refuseUnsigned, signedPackument, writeCatalogue } from './sign-export.ts';

export interface ExportRequest {
  /** Lines of components; of two with one version the first counts. `label` is what messages call them. */
  readonly lines: readonly { readonly folder: string; readonly label: string }[];
  /** The registry: a folder that is empty, missing, or was exported to before. */
  readonly to: string;
  /** Signs each version and the catalogue. */
  readonly key?: SigningKey | undefined;
}

export interface ExportedVersion {
  readonly manifest: Manifest;
  /** As `@moby/redis@8.0.201`. */
  readonly package: string;
  readonly state: 'new' | 'as before';
}

/**
 * Writes components as a registry of files: under npm's paths a packument for each, beside them the tarballs, and who offers what. Any
 * web server can serve it, and `file:` reads it. What was exported before stays; tarballs are written before what names them. Throws
 * `invalid-input` for a folder that is something else, and where a version was exported with other content: nothing is written then.
 */
export async function exportRegistry({ lines, to, key }: ExportRequest): Promise<readonly ExportedVersion[]> {
  await refuseOtherFolder(to);
  await refuseUnsigned(to, key);
  const exported: ExportedVersion[] = [];
  const documents: PackumentDocument[] = [];
  const tarballs: PackedComponent[] = [];
  const conflicts: Diagnostic[] = [];
  for (const [npmName, own] of await packAll(lines)) {
    const before = await readPackumentFile(to, npmName);
    const merged = signedPackument(mergePackument(before, own, await readDescription(own)), key);
    for (const { packed, label } of own) {
      const state = await stateOf(to, before, packed);
      if (state === 'other') conflicts.push(otherContent(packed, label));
      if (state !== 'as before') tarballs.push(packed);
      const id = `${npmName}@${packed.npmVersion}`;
      exported.push({ manifest: packed.manifest, package: id, state: state === 'as before' ? state : 'new' });
    }
    documents.push(merged);
  }
  if (conflicts.length > 0)
    throw new Failure({
      code: 'invalid-input',
      message: `\`${to}\` has ${conflicts.length === 1 ? 'a version' : 'versions'} with other content: what was published never changes`,
      hints: ['raise the revision of what has changed, or export to an empty folder'],
      findings: conflicts,
    });
  for (const packed of tarballs) await writeIfOther(join(to, tarballPath(packed.manifest.npmName, packed.npmVersion)), packed.tarball);
  for (const document of documents) await writeIfOther(join(to, document.name), jsonOf(document));
  const all = await allPackuments(to);
  for (const document of all) await writeIfOther(join(to, document.name), jsonOf(signedPackument(document, key)));
  await writeCatalogue(to, await catalogueOf(all), key);
  return exported;
}

async function packAll(lines: ExportRequest['lines']): Promise<ReadonlyMap<string, readonly Line[]>> {
  const byName = new Map<string, Line[]>();
  for (const { folder, label } of lines) {
    const packed = await packComponent(folder, label);
    const own = byName.get(packed.manifest.npmName) ?? [];
    if (own.some((line) => line.packed.npmVersion === packed.npmVersion)) continue;
    own.push({ packed, label, folder, line: lineOf(folder, packed.manifest.version) });
    byName.set(packed.manifest.npmName, own);
  }
  return new Map([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function stateOf(to: string, before: PackumentDocument | undefined, packed: PackedComponent): Promise<'new' | 'as before' | 'other'> {
  const published = before?.versions[packed.npmVersion];
  if (published === undefined) return 'new';
  const { npmName } = packed.manifest;
  const same = await sameContent(join(to, tarballPath(npmName, packed.npmVersion)), published.dist.integrity, packed);
  return same === 'missing' ? 'new' : same === 'same' ? 'as before' : 'other';
}

function otherContent({ manifest, packageJson, npmVersion }: PackedComponent, label: string): Diagnostic {
  const [major = '', minor = '', patch = ''] = npmVersion.split('.');
  const next = /^[0-9]+$/.test(patch) ? `${major}.${minor}.${Number(patch) + 1}` : undefined;
  return {
    severity: 'error',
    code: 'version-frozen',
    message: `\`${label}\` is not what was exported as ${String(packageJson['name'])}@${npmVersion}`,
    hints: [`raise the revision of ${manifest.name}${next === undefined ? '' : `: \`"version": "${next}"\``} in \`${label}/package.json\``],
  };
}

/** Anything else in a folder would be served along. */
async function refuseOtherFolder(to: string): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(to);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return;
    throw new Failure({ code: 'io', message: `\`${to}\` can't be read: ${errorCode(cause) ?? 'unknown error'}`, cause });
  }
  const isOwn = (await stat(join(to, cataloguePath)).catch(() => undefined))?.isFile() === true;
  // An export that was cut off has tarballs and packuments, and nothing else.
  const isBegun = names.every((name) => name === 'tarballs' || name.startsWith('@'));
  if (isOwn || isBegun) return;
  throw new Failure({
    code: 'invalid-input',
    message: `\`${to}\` is not empty, and no registry was exported to it before`,
    hints: ['name a folder of its own: all of it will be served'],
  });
}

async function allPackuments(to: string): Promise<readonly PackumentDocument[]> {
  const documents: PackumentDocument[] = [];
  for (const scope of (await readdir(to)).filter((name) => name.startsWith('@')).sort())
    for (const name of (await readdir(join(to, scope))).sort()) {
      const document = name.endsWith('.part') ? undefined : await readPackumentFile(to, `${scope}/${name}`);
      if (document !== undefined) documents.push(document);
    }
  return documents;
}

function jsonOf(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
