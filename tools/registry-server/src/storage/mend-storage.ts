import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Failure } from '@moby/model';
import { verifyRelease, type RegistrySignature } from '@moby/trust';
import { makeFolder, replaceFile, syncFolder } from './durable-files.ts';
import { errorCode, fileFailure, isMissing } from './file-error.ts';
import { hashFile } from './hash-file.ts';
import type { Journal } from './open-journal.ts';
import { memberOf, textMember } from './json-object.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { StorageFolder } from './storage-folder.ts';
import { bundleName, integrityOf, packageFolder, parseStoredPackage, tarballName, type StoredPackage } from './stored-package.ts';

/** Something in the storage that is not as the server leaves it. */
export interface StorageFinding {
  readonly kind:
    | 'torn-journal'
    | 'stale-lock'
    | 'leftover'
    | 'half-published'
    | 'empty-metadata'
    | 'orphan-tarball'
    | 'unrecorded-version'
    | 'empty-folder'
    | 'lost-list'
    | 'damaged-metadata'
    | 'missing-version'
    | 'missing-tarball'
    | 'wrong-bytes'
    | 'wrong-signature'
    | 'missing-statement'
    | 'orphan-statement';
  /** Relative to the storage's root. */
  readonly path: string;
  /** What is not in order. */
  readonly message: string;
  /** What is done about it, as `removed`; undefined where only a backup helps. */
  readonly remedy: string | undefined;
  /** Whether that was done. */
  readonly isMended: boolean;
}

export interface StorageState {
  readonly findings: readonly StorageFinding[];
  readonly packages: number;
  readonly versions: number;
}

export interface MendOptions {
  readonly storage: StorageFolder;
  readonly journal: Journal;
  /** For what was signed; undefined where there are none to compare with. */
  readonly keys: Pick<SigningKeys, 'all'> | undefined;
  /** Without it nothing is changed. */
  readonly repair: boolean;
  /** Also reads every document and hashes every tarball; without, only what names and sizes show. */
  readonly deep: boolean;
  readonly now: () => Date;
}

/**
 * Finds what a crash left, a disk lost or somebody did by hand, and mends what can be: whatever was acknowledged is kept,
 * whatever was not goes. What is taken out of the packages and might be somebody's bytes is set aside, never deleted.
 */
export async function mendStorage(options: MendOptions): Promise<StorageState> {
  const mending = new Mending(options);
  try {
    await mending.all();
  } catch (error) {
    throw fileFailure(options.storage.packages, options.repair ? 'written' : 'read', error);
  }
  return { findings: mending.findings, packages: mending.names.length, versions: mending.versions };
}

interface Listing {
  readonly name: string;
  readonly folder: string;
  readonly files: Set<string>;
  /** The file of the package's document; another one while a repair is only looked at. */
  document: string;
}

class Mending {
  readonly findings: StorageFinding[] = [];
  readonly names: string[] = [];
  versions = 0;
  readonly #options: MendOptions;

  constructor(options: MendOptions) {
    this.#options = options;
  }

  async all(): Promise<void> {
    const { storage, journal } = this.#options;
    if (journal.tornBytes > 0) {
      await this.#mend('torn-journal', storage.journal, {
        message: `a crash cut off its last line (${journal.tornBytes} bytes), which nobody was told of`,
        remedy: 'cut away',
      });
    }
    for (const name of journal.names()) {
      const folder = packageFolder(storage, name);
      if (await isAbsent(folder))
        this.#lost('missing-version', folder, `${journal.versionsOf(name).size} versions were published here, and the folder is gone`);
    }
    for (const scope of (await foldersOf(storage.packages)).filter((name) => name.startsWith('@'))) {
      for (const name of await foldersOf(join(storage.packages, scope))) await this.#package(`${scope}/${name}`);
    }
    await this.#leftovers(storage.root);
    await this.#list();
  }

  async #package(name: string): Promise<void> {
    const folder = packageFolder(this.#options.storage, name);
    const listing: Listing = { name, folder, files: new Set(await readdir(folder)), document: 'package.json' };
    await this.#leftovers(folder, listing.files);
    await this.#halfPublished(listing);
    const stored = await this.#metadata(listing);
    await this.#tarballs(listing, stored);
    await this.#statements(listing, stored);
    if (listing.files.size === 0) {
      await this.#mend('empty-folder', folder, { message: 'nothing was published here', remedy: 'removed' }, () => rmdir(folder));
      return;
    }
    if (!listing.files.has('package.json')) return;
    this.names.push(name);
    this.versions += this.#options.journal.versionsOf(name).size;
  }

  /** Locks of processes that are gone, as this one owns the folder, and files that were not renamed yet. */
  async #leftovers(folder: string, files?: Set<string>): Promise<void> {
    for (const file of [...(files ?? (await filesOf(folder)))].sort()) {
      const path = join(folder, file);
      if (file.endsWith('.lock'))
        await this.#mend('stale-lock', path, { message: 'its process is gone', remedy: 'removed' }, () => rm(path, { force: true }));
      else if (file.includes('.tmp') || file.startsWith('.claim-')) {
        await this.#mend('leftover', path, { message: 'was never finished', remedy: 'removed' }, () => rm(path, { force: true }));
      } else continue;
      files?.delete(file);
    }
  }

  /** `package.json.next`: the journal says whether the version in it was published. */
  async #halfPublished(listing: Listing): Promise<void> {
    const { name, folder, files } = listing;
    if (!files.has('package.json.next')) return;
    const path = join(folder, 'package.json.next');
    const next = await parsed(name, path);
    const now = files.has('package.json') ? await parsed(name, join(folder, 'package.json')) : undefined;
    const added = Object.entries(next?.versions ?? {}).filter(([version]) => now?.versions[version] === undefined);
    const { journal, repair } = this.#options;
    const isPublished =
      added.length > 0 && added.every(([version, document]) => journal.integrityOf(name, version) === integrityOf(document));
    files.delete('package.json.next');
    if (isPublished) {
      const list = added.map(([version]) => version).join(', ');
      await this.#mend('half-published', path, { message: `${list} was published and not yet shown`, remedy: 'finished' }, async () => {
        await rename(path, join(folder, 'package.json'));
        await syncFolder(folder);
      });
      files.add('package.json');
      if (!repair) listing.document = 'package.json.next';
    } else
      await this.#mend('half-published', path, { message: 'a change that was not acknowledged', remedy: 'removed' }, () =>
        rm(path, { force: true }),
      );
  }

  async #metadata({ name, folder, files, document }: Listing): Promise<StoredPackage | undefined> {
    const path = join(folder, document);
    const { deep, journal } = this.#options;
    const published = journal.versionsOf(name);
    if (!files.has('package.json')) {
      if (published.size > 0) this.#lost('missing-version', path, `${published.size} published versions have no documents any more`);
      return undefined;
    }
    if ((await stat(path)).size === 0) {
      files.delete('package.json');
      if (published.size === 0)
        await this.#mend('empty-metadata', path, { message: 'nothing was published under this name', remedy: 'removed' }, () =>
          rm(path, { force: true }),
        );
      else {
        this.#lost('missing-version', path, `${published.size} published versions have no documents any more`);
        await this.#mend('empty-metadata', path, { message: 'is empty', remedy: 'set aside' }, () => this.#setAside(path));
      }
      return undefined;
    }
    // Reading every document takes long; a tarball that the journal doesn't know is reason enough for one.
    if (!deep && [...files].every((file) => !file.endsWith('.tgz') || isKnown(name, published, file))) return undefined;
    const stored = await parsed(name, path);
    if (stored === undefined) {
      this.#lost('damaged-metadata', path, 'can’t be read as the document of this package');
      return undefined;
    }
    for (const [version, integrity] of published) {
      const served = stored.versions[version];
      if (served === undefined) this.#lost('missing-version', path, `${version} was published and is not in the document`);
      else if (integrityOf(served) !== integrity)
        this.#lost('wrong-bytes', path, `${version} was published with other bytes than the document says`);
    }
    for (const [version, served] of Object.entries(stored.versions)) await this.#record(name, version, { document: served, path });
    if (deep) this.#signatures(stored, path);
    return stored;
  }

  /** What was published without this server has no signature; one that is there must hold. */
  #signatures({ name, versions, time }: StoredPackage, path: string): void {
    const { keys, journal } = this.#options;
    if (keys === undefined) return;
    for (const [version, served] of Object.entries(versions)) {
      const signatures = signaturesOf(served);
      const integrity = integrityOf(served);
      // What has other bytes than were published is named for that.
      if (signatures === undefined || integrity === undefined || integrity !== journal.integrityOf(name, version)) continue;
      try {
        verifyRelease(keys.all(), { name, version, integrity }, signatures, new Date(time[version] ?? ''));
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        this.#lost('wrong-signature', path, error.message);
      }
    }
  }

  /** A version that somebody put there without this server: from now on its bytes are frozen too. */
  async #record(name: string, version: string, { document, path }: { readonly document: unknown; readonly path: string }): Promise<void> {
    const { journal, now } = this.#options;
    const integrity = memberOf(memberOf(document, 'dist'), 'integrity');
    if (journal.integrityOf(name, version) !== undefined) return;
    if (typeof integrity !== 'string') this.#lost('damaged-metadata', path, `${version} says no integrity`);
    else {
      await this.#mend('unrecorded-version', path, { message: `${version} is not in the journal`, remedy: 'recorded' }, () =>
        journal.append({ name, version, integrity, at: now().toISOString(), by: '' }),
      );
    }
  }

  async #tarballs({ name, folder, files }: Listing, stored: StoredPackage | undefined): Promise<void> {
    const published = this.#options.journal.versionsOf(name);
    for (const file of [...files].filter((each) => each.endsWith('.tgz')).sort()) {
      const path = join(folder, file);
      const version = versionOf(name, file);
      const expected = version === undefined ? undefined : (published.get(version) ?? integrityOf(stored?.versions[version] ?? {}));
      if (expected === undefined) {
        await this.#mend('orphan-tarball', path, { message: 'no version has this file', remedy: 'set aside' }, () => this.#setAside(path));
        files.delete(file);
      } else if (this.#options.deep && (await hashFile(path)).integrity !== expected) {
        this.#lost('wrong-bytes', path, `has other bytes than were published (${expected})`);
      }
    }
    for (const version of published.keys()) {
      const file = tarballName(name, version);
      if (!files.has(file)) this.#lost('missing-tarball', join(folder, file), `${version} was published and its bytes are gone`);
    }
  }

  async #statements({ name, folder, files }: Listing, stored: StoredPackage | undefined): Promise<void> {
    const published = this.#options.journal.versionsOf(name);
    for (const file of [...files].filter((each) => each.endsWith('.sigstore')).sort()) {
      const version = versionOf(name, file.replace(/\.sigstore$/, '.tgz'));
      const isAttested = stored === undefined || attestationsOf(stored.versions[version ?? '']) !== undefined;
      if (version !== undefined && published.has(version) && isAttested) continue;
      const path = join(folder, file);
      await this.#mend('orphan-statement', path, { message: 'no version has this file', remedy: 'set aside' }, () => this.#setAside(path));
      files.delete(file);
    }
    for (const [version, served] of Object.entries(stored?.versions ?? {})) {
      const file = bundleName(name, version);
      if (attestationsOf(served) !== undefined && !files.has(file))
        this.#lost('missing-statement', join(folder, file), `${version} was published with a signed statement, which is gone`);
    }
  }

  /** Verdaccio's list of names, which it writes in place: made again from the folders at every start. */
  async #list(): Promise<void> {
    const { storage, repair } = this.#options;
    const path = join(storage.packages, '.verdaccio-db.json');
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (text !== undefined && !isJson(text))
      await this.#mend('lost-list', path, { message: 'a crash left half of it', remedy: 'made again from the folders' });
    if (!repair) return;
    const secret = await readFile(storage.secret, 'utf8');
    await replaceFile(path, JSON.stringify({ list: this.names, secret: secret.trim() }), 0o600);
  }

  async #setAside(path: string): Promise<void> {
    const { storage } = this.#options;
    await makeFolder(storage.setAside);
    const name = relative(storage.packages, path).replaceAll('/', '+');
    await rename(path, join(storage.setAside, `${name}.${randomBytes(4).toString('hex')}`));
  }

  async #mend(
    kind: StorageFinding['kind'],
    path: string,
    said: { readonly message: string; readonly remedy: string },
    work?: () => Promise<unknown>,
  ): Promise<void> {
    const { storage, repair } = this.#options;
    if (repair) await work?.();
    this.findings.push({ kind, path: relative(storage.root, path), ...said, isMended: repair });
  }

  #lost(kind: StorageFinding['kind'], path: string, message: string): void {
    this.findings.push({ kind, path: relative(this.#options.storage.root, path), message, remedy: undefined, isMended: false });
  }
}

function attestationsOf(version: unknown): unknown {
  return memberOf(memberOf(version, 'dist'), 'attestations');
}

/** Undefined where there are none; what is no signature is one that does not hold. */
function signaturesOf(version: unknown): readonly RegistrySignature[] | undefined {
  const list = memberOf(memberOf(version, 'dist'), 'signatures');
  if (list === undefined) return undefined;
  const entries: readonly unknown[] = Array.isArray(list) ? list : [list];
  return entries.map((one) => ({ keyid: textMember(one, 'keyid') ?? '', sig: textMember(one, 'sig') ?? '' }));
}

function isKnown(name: string, published: ReadonlyMap<string, string>, file: string): boolean {
  const version = versionOf(name, file);
  return version !== undefined && published.has(version);
}

function versionOf(name: string, file: string): string | undefined {
  const prefix = tarballName(name, '').slice(0, -'.tgz'.length);
  return file.startsWith(prefix) && file.endsWith('.tgz') ? file.slice(prefix.length, -'.tgz'.length) : undefined;
}

async function parsed(name: string, path: string): Promise<StoredPackage | undefined> {
  try {
    return parseStoredPackage(name, await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function foldersOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function isAbsent(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

async function filesOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => entry.name);
}
