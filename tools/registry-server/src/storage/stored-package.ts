import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageFolder } from './storage-folder.ts';
import { isMissing } from './file-error.ts';
import { isJsonObject, objectMember, textMember, type JsonObject } from './json-object.ts';

/** A package's `package.json` as Verdaccio keeps it: every version's document, tags, times, tarballs. */
export interface StoredPackage {
  readonly name: string;
  readonly versions: Readonly<Record<string, JsonObject>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly time: Readonly<Record<string, string>>;
  /** All of the document, with what the fields above don't say. */
  readonly document: JsonObject;
}

export function packageFolder(storage: StorageFolder, name: string): string {
  return join(storage.packages, ...name.split('/'));
}

/** `@moby/redis`, `8.0.201` → `redis-8.0.201.tgz`. */
export function tarballName(name: string, version: string): string {
  return `${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
}

/** What the disk holds of a package is not what was published. */
export class DamagedPackage extends Error {
  readonly packageName: string;

  constructor(name: string, why: string) {
    super(`${name}: ${why}`);
    this.name = 'DamagedPackage';
    this.packageName = name;
  }
}

/** `@moby/redis`, `8.0.201` → `redis-8.0.201.sigstore`: the publisher's signed statement. */
export function bundleName(name: string, version: string): string {
  return `${tarballName(name, version).slice(0, -'.tgz'.length)}.sigstore`;
}

/** Where the signed statements of a version are served. */
export function attestationsPath(name: string, version: string): string {
  return `/-/npm/v1/attestations/${name}@${version}`;
}

/** Whether the registry has derived the payloads from their sources: what is `unproven` never becomes `latest`. */
export type PayloadState = 'proven' | 'unproven';

/** Undefined where the package was never published. Throws what reading throws, and `DamagedPackage`. */
export async function readStoredPackage(storage: StorageFolder, name: string): Promise<StoredPackage | undefined> {
  const text = await readFile(documentPath(storage, name), 'utf8').catch(nothingIfMissing);
  return text === undefined ? undefined : undamaged(name, text);
}

/** As `readStoredPackage`, while everything else waits: for documents that are read in less time than it takes to come back to them. */
export function readStoredPackageNow(storage: StorageFolder, name: string): StoredPackage | undefined {
  try {
    return undamaged(name, readFileSync(documentPath(storage, name), 'utf8'));
  } catch (error) {
    return nothingIfMissing(error);
  }
}

function documentPath(storage: StorageFolder, name: string): string {
  return join(packageFolder(storage, name), 'package.json');
}

function nothingIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

function undamaged(name: string, text: string): StoredPackage {
  try {
    return parseStoredPackage(name, text);
  } catch (error) {
    throw error instanceof SyntaxError ? new DamagedPackage(name, `package.json can’t be read: ${error.message}`) : error;
  }
}

/** Throws `SyntaxError` where the text is not the document of this package. */
export function parseStoredPackage(name: string, text: string): StoredPackage {
  const document: unknown = JSON.parse(text);
  if (!isJsonObject(document) || textMember(document, 'name') !== name) throw new SyntaxError(`not the document of ${name}`);
  const versions: Record<string, JsonObject> = {};
  for (const [version, value] of Object.entries(objectMember(document, 'versions'))) if (isJsonObject(value)) versions[version] = value;
  return { name, versions, tags: textsOf(document, 'dist-tags'), time: textsOf(document, 'time'), document };
}

/** The integrity that a version's document claims. */
export function integrityOf(version: JsonObject): string | undefined {
  return textMember(objectMember(version, 'dist'), 'integrity');
}

function textsOf(document: JsonObject, field: string): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(objectMember(document, field))) if (typeof value === 'string') texts[name] = value;
  return texts;
}
