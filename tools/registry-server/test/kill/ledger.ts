import { createHash } from 'node:crypto';
import { isGreater, lineTag } from '../../src/publish/tags.ts';
import { publishPath, type Json, type RunningServer } from '../running-server.ts';

/** A value that was set, or was being set when the server was killed: any of these may be there. */
type Possible = Set<string>;

interface Version {
  readonly sha256: string;
  isSure: boolean;
  readonly deprecated: Possible;
}

interface Package {
  readonly versions: Map<string, Version>;
  /** Tags other than those that publishing sets; an empty text is none. */
  readonly tags: Map<string, Possible>;
  isChanged: boolean;
}

/** What a client of the registry knows of it: what it was told, and what it never heard of again. */
export class Ledger {
  readonly #packages = new Map<string, Package>();
  #acknowledged = 0;
  #unanswered = 0;

  get counts(): { readonly acknowledged: number; readonly unanswered: number } {
    return { acknowledged: this.#acknowledged, unanswered: this.#unanswered };
  }

  published(name: string, version: string, { bytes, isSure }: { readonly bytes: Buffer; readonly isSure: boolean }): void {
    const entry: Version = { sha256: sha256(bytes), isSure, deprecated: new Set(['']) };
    this.#count(isSure);
    this.#package(name).versions.set(version, entry);
  }

  deprecated(name: string, version: string, { text, isSure }: { readonly text: string; readonly isSure: boolean }): void {
    this.#set(this.#package(name).versions.get(version)?.deprecated, text, isSure);
  }

  tagged(name: string, tag: string, { version, isSure }: { readonly version: string; readonly isSure: boolean }): void {
    const { tags } = this.#package(name);
    const known = tags.get(tag) ?? new Set(['']);
    tags.set(tag, known);
    this.#set(known, version, isSure);
  }

  /** Compares with what a server says, and forgets what turned out not to have happened. Throws what must not be. */
  async compare(server: RunningServer, { everyByte }: { readonly everyByte: boolean }): Promise<void> {
    for (const [name, known] of this.#packages) {
      if (!known.isChanged && !everyByte) continue;
      await comparePackage(server, name, known);
      known.isChanged = false;
    }
  }

  #package(name: string): Package {
    const known = this.#packages.get(name) ?? { versions: new Map(), tags: new Map(), isChanged: true };
    this.#packages.set(name, known);
    known.isChanged = true;
    return known;
  }

  #set(possible: Possible | undefined, value: string, isSure: boolean): void {
    if (isSure) possible?.clear();
    possible?.add(value);
    this.#count(isSure);
  }

  #count(isSure: boolean): void {
    if (isSure) this.#acknowledged += 1;
    else this.#unanswered += 1;
  }
}

async function comparePackage(server: RunningServer, name: string, known: Package): Promise<void> {
  const { status, json } = await server.ask({ path: publishPath(name) });
  const isThere = status === 200;
  if (!isThere && status !== 404) throw new Error(`${name} is answered with ${status}`);
  const versions: Json = isThere ? json['versions'] : {};
  for (const version of Object.keys(versions)) if (!known.versions.has(version)) throw new Error(`${name}@${version} was never sent`);
  for (const [version, entry] of known.versions) {
    const tarball = await server.ask({ path: `/${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz` });
    if (versions[version] === undefined) {
      if (entry.isSure) throw new Error(`${name}@${version} was acknowledged and is gone`);
      if (tarball.status !== 404) throw new Error(`${name}@${version} is not there, and its tarball is answered with ${tarball.status}`);
      known.versions.delete(version);
      continue;
    }
    if (tarball.status !== 200 || sha256(tarball.bytes) !== entry.sha256)
      throw new Error(`${name}@${version} has other bytes than were sent`);
    const { integrity } = versions[version].dist;
    if (integrity !== `sha512-${createHash('sha512').update(tarball.bytes).digest('base64')}`)
      throw new Error(`${name}@${version} says another integrity than its bytes have`);
    entry.isSure = true;
    settle(entry.deprecated, versions[version].deprecated ?? '', `the deprecation of ${name}@${version}`);
  }
  const tags: Json = isThere ? json['dist-tags'] : {};
  for (const [tag, possible] of known.tags) settle(possible, tags[tag] ?? '', `the tag ${tag} of ${name}`);
  for (const [tag, version] of Object.entries(greatest([...known.versions.keys()])))
    if (tags[tag] !== version) throw new Error(`the tag ${tag} of ${name} is ${String(tags[tag])}, and its greatest version ${version}`);
}

function settle(possible: Possible, found: string, what: string): void {
  if (!possible.has(found))
    throw new Error(`${what} is \`${found}\`, and was set to ${[...possible].map((text) => `\`${text}\``).join(' or ')}`);
  possible.clear();
  possible.add(found);
}

/** What publishing itself sets: part of the same change as the version. */
function greatest(versions: readonly string[]): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const version of versions) {
    const line = version.split('.').slice(0, 2).join('.');
    for (const tag of ['next', lineTag(line)]) if (isGreater(version, tags[tag])) tags[tag] = version;
  }
  return tags;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
