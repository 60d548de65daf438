import {
  Failure,
  makeVersion,
  parseDigest,
  revisionOf,
  upstreamOf,
  parseManifest,
  toNpmVersion,
  type ComponentName,
  type Facts,
  type Notice,
  type Registry,
  type RegistryComponent,
  type Symbols,
  type Version,
} from '@moby/model';
import type { ComponentRecord, PageSource } from '../src/index.ts';

export interface ScratchVersion {
  readonly name: string;
  readonly version: string;
  readonly line?: string;
  readonly description?: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly facts?: object;
  /** Path → its symbols. */
  readonly symbols?: object;
  readonly platform?: string;
}

/** A registry in memory, of which components can be exchanged; manifests go through the model's own parser. */
export interface ScratchRegistry extends PageSource {
  put(version: ScratchVersion): Promise<void>;
  drop(name: string): void;
  readonly records: Map<string, ComponentRecord>;
  readonly notices: Map<string, ReadonlyMap<Version, Notice>>;
}

const digestText = `sha256:${'ab'.repeat(32)}`;

export async function scratchRegistry(versions: readonly ScratchVersion[]): Promise<ScratchRegistry> {
  const held = new Map<ComponentName, Map<Version, RegistryComponent>>();
  const records = new Map<string, ComponentRecord>();
  const notices = new Map<string, ReadonlyMap<Version, Notice>>();
  const at = (name: ComponentName, version: Version): RegistryComponent => {
    const found = held.get(name)?.get(version);
    if (found === undefined) throw new Failure({ code: 'not-found', message: `no ${name} ${version}` });
    return found;
  };
  const registry: Registry = {
    label: 'scratch',
    names: async () => [...held.keys()].sort(),
    namesAtHand: async () => [...held.keys()].sort(),
    providers: async () => [...held.keys()].sort(),
    notices: async (name) => notices.get(name) ?? new Map(),
    line: async (name, version) => at(name, version).line,
    versions: async (name) => [...(held.get(name)?.keys() ?? [])],
    manifest: async (name, version) => at(name, version).manifest,
    component: async (name, version) => at(name, version),
  };
  const put = async (one: ScratchVersion): Promise<void> => {
    const component = await scratchComponent(one);
    const { name, version } = component.manifest;
    held.set(name, (held.get(name) ?? new Map()).set(version, component));
  };
  for (const version of versions) await put(version);
  return {
    registry,
    records,
    notices,
    record: async (name) => records.get(name) ?? {},
    put,
    drop: (name) => [...held.keys()].filter((own) => own === name).forEach((own) => held.delete(own)),
  };
}

/** Versions are given oldest first. */
async function scratchComponent({
  name,
  version,
  line,
  description = `the ${name}`,
  manifest = {},
  facts,
  symbols,
  platform = 'linux/amd64',
}: ScratchVersion): Promise<RegistryComponent> {
  const digest = parseDigest(digestText);
  if (digest === undefined) throw new TypeError(digestText);
  const packageJson = {
    name: `@moby/${name}`,
    version: npmVersionOf(version),
    description,
    license: 'Apache-2.0',
    component: {
      kind: 'library',
      category: 'library',
      upstream: { version: version.split('+')[0], license: 'MIT' },
      payload: { form: 1, platforms: { [platform]: { sources: [{ kind: 'files' }], digest, size: 1024 } } },
      ...manifest,
    },
  };
  const parsed = await parseManifest({ file: `${name}/package.json`, text: JSON.stringify(packageJson) });
  if (!parsed.ok) throw new Error(parsed.findings.map(({ message }) => message).join('; '));
  const own = { payload: digest, unpackedBytes: 0, elf: [], programs: [], links: {}, ...facts };
  return {
    manifest: parsed.value,
    facts: facts === undefined ? undefined : factsOf({ facts: 1, platforms: { [platform]: own } }),
    ...(symbols === undefined
      ? {}
      : { symbols: () => symbolsOf({ symbols: 1, platforms: { [platform]: { payload: digest, files: symbols } } }) }),
    tree: digest,
    line: line ?? version.split('.').slice(0, 2).join('.'),
    folder: '/nowhere',
  };
}

function npmVersionOf(version: string): string {
  return toNpmVersion(makeVersion(upstreamOf(version), revisionOf(version)));
}

/** As if it had been read from a file, which the model trusts once it has been validated. */
function factsOf(value: object): Facts {
  return JSON.parse(JSON.stringify(value));
}

function symbolsOf(value: object): Symbols {
  return JSON.parse(JSON.stringify(value));
}
