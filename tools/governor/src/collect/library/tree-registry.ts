import { createHash } from 'node:crypto';
import { parseFacts, parseSymbols } from '@moby/abi';
import {
  compareVersions,
  Failure,
  parseComponentName,
  parseVersion,
  type ComponentName,
  type Manifest,
  type Notice,
  type Registry,
  type RegistryComponent,
  type Version,
} from '@moby/model';
import {
  componentFileLimits,
  digestOfTree,
  isOfTree,
  lineOf,
  parseNamedKernelSymbols,
  treeLimits,
  treeTooLarge,
  type TreeFile,
} from '@moby/registry';
import type { LibraryLine, LibrarySide } from '../../library/library-side.ts';
import type { GitObjects } from '../git/read-objects.ts';
import { kindOf } from '../git/parse-tree.ts';
import type { FileEntry } from '../trees/change.ts';
import { readManifestEntry } from './read-library-component.ts';

export interface TreeRegistryOptions {
  readonly objects: GitObjects;
  readonly side: LibrarySide;
  /** The files of a line, by their paths in its folder. */
  readonly filesOf: (component: string, line: string) => Promise<ReadonlyMap<string, FileEntry>>;
  /** The other side: a component that is the same object there is read once. */
  readonly same?: Registry & { readonly side: LibrarySide };
}

/**
 * The components of a library in a tree of git: one version a line, as in a folder. What a component says to others is in the index; its
 * manifest, facts and symbols are read when somebody asks. A component of which a line can't be read throws `invalid-input`.
 */
export class TreeRegistry implements Registry {
  readonly label = 'components';
  readonly side: LibrarySide;
  readonly #options: TreeRegistryOptions;
  readonly #manifests = new Map<string, Promise<Manifest>>();
  readonly #components = new Map<string, Promise<RegistryComponent>>();

  constructor(options: TreeRegistryOptions) {
    this.side = options.side;
    this.#options = options;
  }

  async names(): Promise<readonly ComponentName[]> {
    return [...this.side.components].flatMap(([name, { lines }]) => (lines.length === 0 ? [] : (parseComponentName(name) ?? [])));
  }

  /** Reading every manifest of a large library in order to resolve one assembly takes long, and gives the same. */
  async namesAtHand(): Promise<readonly ComponentName[]> {
    return [];
  }

  async providers(capability: string): Promise<readonly ComponentName[]> {
    return (this.side.providers.get(capability) ?? []).flatMap((name) => parseComponentName(name) ?? []).sort();
  }

  async versions(name: ComponentName): Promise<readonly Version[]> {
    const lines = this.side.components.get(name)?.lines ?? [];
    const broken = lines.find(({ says }) => says === undefined);
    if (broken !== undefined) throw unreadableLine(name, broken);
    return lines.flatMap(({ says }) => (says === undefined ? [] : (parseVersion(says.version) ?? []))).sort(compareVersions);
  }

  async notices(): Promise<ReadonlyMap<Version, Notice>> {
    return new Map();
  }

  manifest(name: ComponentName, version: Version): Promise<Manifest> {
    const same = this.#sameElsewhere(name);
    if (same !== undefined) return same.manifest(name, version);
    return remembered(this.#manifests, `${name}@${version}`, () => this.#readManifest(name, version));
  }

  async line(name: ComponentName, version: Version): Promise<string> {
    return lineOf(this.#at(name, version).line, version);
  }

  component(name: ComponentName, version: Version): Promise<RegistryComponent> {
    const same = this.#sameElsewhere(name);
    if (same !== undefined) return same.component(name, version);
    return remembered(this.#components, `${name}@${version}`, async () => {
      const { line } = this.#at(name, version);
      const manifest = await this.manifest(name, version);
      return readTreeComponent(this.#options.objects, {
        label: `components/${name}/${line}`,
        manifest,
        files: await this.#options.filesOf(name, line),
      });
    });
  }

  #sameElsewhere(name: string): Registry | undefined {
    const { same } = this.#options;
    return same !== undefined && same.side.components.get(name) === this.side.components.get(name) ? same : undefined;
  }

  #at(name: ComponentName, version: Version): LibraryLine {
    const found = this.side.components.get(name)?.lines.find(({ says }) => says?.version === version);
    if (found === undefined) throw new Failure({ code: 'not-found', message: `\`${this.label}\` has no ${name} ${version}` });
    return found;
  }

  async #readManifest(name: ComponentName, version: Version): Promise<Manifest> {
    const found = this.#at(name, version);
    const file = `components/${name}/${found.line}/package.json`;
    const manifest =
      found.manifest === undefined
        ? undefined
        : await readManifestEntry(this.#options.objects, { mode: '100644', oid: found.manifest }, file);
    if (manifest === undefined) throw unreadableLine(name, found);
    return manifest;
  }
}

/** Everything that the line needs of a component, as a folder's files give it. Throws what the parsers throw, and `limit`. */
export async function readTreeComponent(
  objects: GitObjects,
  { label, manifest, files }: { readonly label: string; readonly manifest: Manifest; readonly files: ReadonlyMap<string, FileEntry> },
): Promise<RegistryComponent> {
  const blobs = new Map<string, Promise<Buffer>>();
  const read = (oid: string, maxBytes: number): Promise<Buffer> => remembered(blobs, oid, () => objects.read(oid, 'blob', maxBytes));
  const bytesOf = async (path: string, maxBytes: number): Promise<Buffer | undefined> => {
    const entry = files.get(path);
    return entry === undefined || kindOf(entry.mode) !== 'file' ? undefined : read(entry.oid, maxBytes);
  };
  const factsBytes = await bytesOf('facts.json', componentFileLimits.facts);
  const symbols = await bytesOf('symbols.json', componentFileLimits.facts);
  const kernelSymbols = await bytesOf('kernel-symbols.json', componentFileLimits.kernelSymbols);
  const facts = factsBytes === undefined ? undefined : parseFacts(factsBytes.toString('utf8'), `${label}/facts.json`);
  return {
    manifest,
    facts,
    ...(symbols === undefined ? {} : { symbols: once(() => parseSymbols(symbols.toString('utf8'), `${label}/symbols.json`)) }),
    ...(kernelSymbols === undefined
      ? {}
      : {
          kernelSymbols: once(() =>
            parseNamedKernelSymbols({ text: kernelSymbols.toString('utf8'), file: `${label}/kernel-symbols.json`, facts }),
          ),
        }),
    tree: digestOfTree(await treeFiles({ objects, label, files, read })),
    line: lineOf(label, manifest.version),
    folder: label,
  };
}

interface TreeToDigest {
  readonly objects: GitObjects;
  readonly label: string;
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly read: (oid: string, maxBytes: number) => Promise<Buffer>;
}

async function treeFiles({ objects, label, files, read }: TreeToDigest): Promise<readonly TreeFile[]> {
  const found: TreeFile[] = [];
  let total = 0;
  for (const [path, { mode, oid }] of files) {
    const kind = kindOf(mode);
    if (!isOfTree(path) || (kind !== 'file' && kind !== 'symlink')) continue;
    total += objects.headOf(oid).size;
    if (found.length >= treeLimits.files || total > treeLimits.bytes) throw treeTooLarge(label);
    const bytes = await read(oid, treeLimits.bytes);
    found.push({ path, isLink: kind === 'symlink', sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return found;
}

function unreadableLine(name: string, { line }: LibraryLine): Failure {
  const message = `\`components/${name}/${line}/package.json\` is not a manifest of \`${name}\``;
  return new Failure({
    code: 'invalid-input',
    message,
    hints: [`see what is wrong with it: moby-compose component validate ${name}/${line}`],
  });
}

function remembered<Value>(known: Map<string, Promise<Value>>, key: string, read: () => Promise<Value>): Promise<Value> {
  const value = known.get(key) ?? read();
  known.set(key, value);
  return value;
}

function once<Value>(read: () => Value): () => Value {
  let value: { readonly of: Value } | undefined;
  return () => (value ??= { of: read() }).of;
}
