import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistrySignature } from '@moby/trust';
import { makeFolder, syncFolder, temporaryName, writeSynced } from './durable-files.ts';
import type { Hashes } from './hash-file.ts';
import { objectMember, textMember, type JsonObject } from './json-object.ts';
import type { Journal } from './open-journal.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { StorageFolder } from './storage-folder.ts';
import {
  attestationsPath,
  bundleName,
  DamagedPackage,
  integrityOf,
  packageFolder,
  readStoredPackage,
  tarballName,
  type PayloadState,
  type StoredPackage,
} from './stored-package.ts';

export interface Store {
  readonly storage: StorageFolder;
  readonly journal: Journal;
  readonly keys: Pick<SigningKeys, 'sign'>;
  readonly now: () => Date;
}

export interface NewVersion extends Hashes {
  readonly name: string;
  readonly version: string;
  readonly document: JsonObject;
  readonly readme: string;
  readonly tarball: Uint8Array;
  /** The publisher's signed statement, where one came along and was verified. */
  readonly statement?: SignedStatement;
  readonly payload: PayloadState;
  readonly tags: Readonly<Record<string, string>>;
  readonly by: string;
}

export interface SignedStatement {
  readonly bundle: JsonObject;
  readonly predicateType: string;
  /** The owner's key that it was verified by, in base64: a bundle only names it. */
  readonly key: string | undefined;
}

/**
 * What is published of a package, before a change of it; undefined for its first version. Throws `DamagedPackage` where the
 * document is not what the journal knows: rules would judge by it, and a change would make the loss permanent. Only a version
 * that is `restored`, sent again as it was, may be missing, and others with it.
 */
export async function readForChange(
  { storage, journal }: Store,
  { name, restored }: { readonly name: string; readonly restored?: string },
): Promise<StoredPackage | undefined> {
  const stored = await readStoredPackage(storage, name);
  const isRestored = restored !== undefined && journal.integrityOf(name, restored) !== undefined;
  for (const [version, integrity] of journal.versionsOf(name)) {
    const found = stored !== undefined && Object.hasOwn(stored.versions, version) ? stored.versions[version] : undefined;
    if (found === undefined && !isRestored) throw new DamagedPackage(name, `${version} was published and is not in its document`);
    if (found !== undefined && integrityOf(found) !== integrity)
      throw new DamagedPackage(name, `${version} was published with other bytes than its document says`);
  }
  return stored;
}

/**
 * Adds a version, on disk when this resolves. Everything that needs space comes first: the tarball, and the new document as
 * `package.json.next`. The journal's line is the point of no return; then the document takes its place. A crash before the
 * line leaves nothing that was published, a crash after it is finished at the next start.
 *
 * The caller makes sure that nobody else changes this package at the same time, and that the version may be written.
 */
export async function addVersion(store: Store, before: StoredPackage | undefined, added: NewVersion): Promise<void> {
  const { name, version, integrity, by } = added;
  const folder = packageFolder(store.storage, name);
  await makeFolder(folder);
  // The time first: a key that is replaced meanwhile vouches for nothing that is younger than its end.
  const at = store.now().toISOString();
  const signature = store.keys.sign({ name, version, integrity });
  const tarball = join(folder, tarballName(name, version));
  const bundle = join(folder, bundleName(name, version));
  const next = await writeNext(folder, withVersion(before, { ...added, signature }, at));
  try {
    await writePart(tarball, added.tarball);
    if (added.statement === undefined) await rm(bundle, { force: true });
    else await writePart(bundle, `${JSON.stringify(added.statement.bundle)}\n`);
    await syncFolder(folder);
    if (store.journal.integrityOf(name, version) === undefined) await store.journal.append({ name, version, integrity, at, by });
  } catch (error) {
    await rm(next, { force: true });
    if (store.journal.integrityOf(name, version) === undefined) for (const path of [tarball, bundle]) await rm(path, { force: true });
    throw error;
  }
  await takePlace(folder);
}

async function writePart(path: string, bytes: Uint8Array | string): Promise<void> {
  const part = temporaryName(path);
  await writeSynced(part, bytes);
  await rename(part, path).catch(async (error: unknown) => {
    await rm(part, { force: true });
    throw error;
  });
}

/** Replaces a package's document: deprecation texts, tags. */
export async function replaceDocument(store: Store, changed: StoredPackage): Promise<void> {
  const folder = packageFolder(store.storage, changed.name);
  const at = store.now().toISOString();
  await writeNext(folder, documentOf({ ...changed, time: { ...changed.time, modified: at } }));
  await takePlace(folder);
}

async function writeNext(folder: string, document: JsonObject): Promise<string> {
  const next = join(folder, 'package.json.next');
  await rm(next, { force: true });
  await writeSynced(next, `${JSON.stringify(document)}\n`);
  return next;
}

async function takePlace(folder: string): Promise<void> {
  await rename(join(folder, 'package.json.next'), join(folder, 'package.json'));
  await syncFolder(folder);
}

function withVersion(before: StoredPackage | undefined, added: SignedVersion, at: string): JsonObject {
  const { name, version, readme, shasum, by } = added;
  const file = tarballName(name, version);
  const attachments = { ...objectMember(before?.document, '_attachments'), [file]: { shasum, version } };
  return documentOf({
    name,
    versions: { ...before?.versions, [version]: servedDocument(added, file) },
    tags: { ...before?.tags, ...added.tags },
    time: { created: at, ...before?.time, modified: at, [version]: at },
    document: { maintainers: [{ name: by }], ...before?.document, readme, _attachments: attachments },
  });
}

interface SignedVersion extends NewVersion {
  readonly signature: RegistrySignature;
}

/** The document as it is served: what the client said, and of `dist` what was computed. The host is filled in for each reader. */
function servedDocument(
  { name, version, document, integrity, shasum, by, signature, statement, payload }: SignedVersion,
  file: string,
): JsonObject {
  const { readme: _, _npmUser: __, ...said } = document;
  const attestations =
    statement === undefined
      ? {}
      : {
          attestations: {
            url: attestationsPath(name, version),
            provenance: { predicateType: statement.predicateType, key: statement.key },
          },
        };
  return {
    ...said,
    _id: `${name}@${version}`,
    _npmUser: { name: by },
    dist: { integrity, shasum, tarball: `http://localhost:4873/${name}/-/${file}`, signatures: [signature], ...attestations, payload },
  };
}

/** As Verdaccio's own storage writes it, so that it can read it. */
function documentOf({ name, versions, tags, time, document }: StoredPackage): JsonObject {
  const revision = Number.parseInt(textMember(document, '_rev') ?? '0', 10) || 0;
  return {
    ...document,
    _id: name,
    name,
    versions,
    time,
    'dist-tags': tags,
    users: objectMember(document, 'users'),
    _uplinks: {},
    _distfiles: {},
    _attachments: objectMember(document, '_attachments'),
    _rev: `${revision + 1}-${randomBytes(8).toString('hex')}`,
  };
}
