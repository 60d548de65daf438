import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  compareVersions,
  Failure,
  parseComponentName,
  unreadable,
  type ComponentName,
  type Manifest,
  type Notice,
  type Registry,
  type RegistryComponent,
  type Version,
} from '@moby/model';
import { isMissing, lineOf, readComponent, readManifest } from './component-folder.ts';

interface Found {
  readonly folder: string;
  readonly label: string;
  readonly manifest: Manifest;
}

const maxComponents = 5000;

/**
 * The components of a folder laid out as `<name>/<line>/package.json`: one version a line. Manifests are read once;
 * facts and trees only of what is asked for. Throws `invalid-input` with the findings of every manifest that is wrong.
 */
export function openWorkspaceRegistry(options: { readonly folder: string; readonly label: string }): Registry {
  return new FolderRegistry(options.label, () => findLines(options.folder, options.label));
}

/** One component that lies in a folder of its own (`component: ./my-app`). */
export function openSingleRegistry(options: { readonly folder: string; readonly label: string }): Registry {
  return new FolderRegistry(options.label, () => [{ folder: options.folder, label: join(options.label, 'package.json'), name: undefined }]);
}

interface Candidate {
  readonly folder: string;
  readonly label: string;
  /** The component that the folder's place says it is; undefined where any may be. */
  readonly name: string | undefined;
}

function findLines(folder: string, label: string): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const name of foldersIn(folder)) {
    if (parseComponentName(name) === undefined) continue;
    for (const line of foldersIn(join(folder, name))) {
      if (!isLineFolder(line)) continue;
      candidates.push({ folder: join(folder, name, line), label: `${label}/${name}/${line}/package.json`, name });
    }
  }
  if (candidates.length > maxComponents)
    throw new Failure({ code: 'limit', message: `\`${label}\` holds ${candidates.length} components; at most ${maxComponents} are read` });
  return candidates;
}

/** Whether a folder of a component holds a line of it, by the folder's name. */
export function isLineFolder(name: string): boolean {
  return /^[0-9]+(?:\.[0-9]+){0,2}$/.test(name);
}

function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw unreadable(folder, cause);
  }
}

class FolderRegistry implements Registry {
  readonly label: string;
  readonly #find: () => readonly Candidate[];
  #found: Promise<ReadonlyMap<ComponentName, readonly Found[]>> | undefined;

  constructor(label: string, find: () => readonly Candidate[]) {
    this.label = label;
    this.#find = find;
  }

  async names(): Promise<readonly ComponentName[]> {
    return [...(await this.#all()).keys()].sort();
  }

  namesAtHand(): Promise<readonly ComponentName[]> {
    return this.names();
  }

  async providers(capability: string): Promise<readonly ComponentName[]> {
    const offers = ({ manifest }: Found): boolean => Object.hasOwn(manifest.provides, capability);
    return [...(await this.#all())].flatMap(([name, found]) => (found.some(offers) ? [name] : [])).sort();
  }

  async versions(name: ComponentName): Promise<readonly Version[]> {
    return ((await this.#all()).get(name) ?? []).map((found) => found.manifest.version);
  }

  /** A version that nobody should take is no more in a workspace. */
  notices(): Promise<ReadonlyMap<Version, Notice>> {
    return Promise.resolve(new Map());
  }

  async manifest(name: ComponentName, version: Version): Promise<Manifest> {
    return (await this.#at(name, version)).manifest;
  }

  async line(name: ComponentName, version: Version): Promise<string> {
    return lineOf((await this.#at(name, version)).folder, version);
  }

  async component(name: ComponentName, version: Version): Promise<RegistryComponent> {
    const { folder, label, manifest } = await this.#at(name, version);
    return readComponent(folder, label, manifest);
  }

  async #at(name: ComponentName, version: Version): Promise<Found> {
    const found = (await this.#all()).get(name)?.find(({ manifest }) => manifest.version === version);
    if (found === undefined) throw new Failure({ code: 'not-found', message: `\`${this.label}\` has no ${name} ${version}` });
    return found;
  }

  #all(): Promise<ReadonlyMap<ComponentName, readonly Found[]>> {
    this.#found ??= this.#read();
    return this.#found;
  }

  async #read(): Promise<ReadonlyMap<ComponentName, readonly Found[]>> {
    const byName = new Map<ComponentName, Found[]>();
    const findings = [];
    for (const { folder, label, name } of this.#find()) {
      try {
        const manifest = await readManifest(folder, label);
        if (name !== undefined && manifest.name !== name) {
          throw new Failure({
            code: 'invalid-input',
            message: `\`${label}\` is called \`${manifest.name}\`, but lies in the folder of \`${basename(dirname(folder))}\``,
          });
        }
        byName.set(manifest.name, [...(byName.get(manifest.name) ?? []), { folder, label, manifest }]);
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'invalid-input') throw error;
        findings.push(
          ...(error.findings.length > 0
            ? error.findings
            : [{ severity: 'error' as const, code: 'invalid-manifest', message: error.message }]),
        );
      }
    }
    if (findings.length > 0)
      throw new Failure({
        code: 'invalid-input',
        message: `${findings.length === 1 ? 'a component' : 'components'} of \`${this.label}\` can't be read`,
        findings,
      });
    for (const found of byName.values()) found.sort((a, b) => compareVersions(a.manifest.version, b.manifest.version));
    return byName;
  }
}
