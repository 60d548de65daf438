import { parseBytes } from './bytes.ts';
import { parseDigest } from './digest.ts';
import type { Diagnostic, Judged } from './diagnostic.ts';
import { readJson, type Document } from './document.ts';
import { readComponentExpectation, type ComponentExpectation, type ComponentExpectationJson } from './expectation.ts';
import type {
  ConfigNeed,
  ConfigOption,
  KernelNeeds,
  Manifest,
  Payload,
  PlatformPayload,
  ReadyProbe,
  Requirement,
  ServiceDefaults,
  Source,
} from './manifest.ts';
import type {
  ConfigOptionJson,
  ManifestJson,
  PlatformPayloadJson,
  ProvenJson,
  ReadyJson,
  RequirementsJson,
  ServiceJson,
  SourceJson,
} from './manifest-json.ts';
import { isCapability, parseComponentName } from './name.ts';
import { isPlatform, type Platform } from './platform.ts';
import { validateDocument } from './validate.ts';
import { fromNpmVersion, mapUpstream, parseRange, upstreamOf, type Range } from './version.ts';

/** Pins and digests that the tool writes may be missing in a manifest that was never built. */
export type ManifestStage = 'built' | 'draft';

/** A component's package.json as text → its manifest, or what is wrong with it and where. */
export async function parseManifest(options: {
  readonly file: string;
  readonly text: string;
  readonly stage?: ManifestStage;
}): Promise<Judged<Manifest>> {
  const read = await readJson(options);
  if (!read.ok) return read;
  const findings = [...(await validateDocument(read.value, 'component'))];
  if (findings.length > 0 || !isManifestJson(read.value.value)) return { ok: false, findings };
  const reader = new ManifestReader(read.value, options.stage ?? 'built');
  const manifest = reader.manifest(read.value.value);
  return manifest === undefined ? { ok: false, findings: reader.findings } : { ok: true, value: manifest, findings: reader.findings };
}

/** Holds after `validateDocument`, which is the proof; here for the compiler. */
function isManifestJson(value: unknown): value is ManifestJson {
  return typeof value === 'object' && value !== null;
}

class ManifestReader {
  readonly findings: Diagnostic[] = [];
  readonly #document: Document;
  readonly #stage: ManifestStage;

  constructor(document: Document, stage: ManifestStage) {
    this.#document = document;
    this.#stage = stage;
  }

  manifest(json: ManifestJson): Manifest | undefined {
    const { component } = json;
    const name = parseComponentName(json.name.slice(json.name.indexOf('/') + 1));
    if (name === undefined) this.#report(['name'], `\`${json.name}\` has no component name behind the scope`);
    const version = fromNpmVersion(json.version);
    if (version === undefined) {
      this.#report(
        ['version'],
        `\`${json.version}\` carries no packaging revision`,
        'the patch is upstream’s × 100 + the revision (1 to 99), as 8.0.201 for 8.0.2+r1',
      );
    }
    const mapping = component.upstream.mapping ?? 'dotted';
    const upstream = mapUpstream(component.upstream.version, mapping);
    if (upstream === undefined)
      this.#report(['component', 'upstream', 'version'], `\`${component.upstream.version}\` can't be read by the mapping \`${mapping}\``);
    else if (version !== undefined && upstreamOf(version) !== upstream) {
      this.#report(['version'], `\`${json.version}\` is ${version}, but upstream's version is ${upstream}`);
    }
    const proven = component.proven ?? {};
    const parts = {
      provides: this.#provides(component.provides ?? {}, ['component', 'provides'], false),
      provenProvides: this.#provides(proven.provides ?? {}, ['component', 'proven', 'provides'], true),
      requires: this.#requirements(component.requires ?? {}, ['component', 'requires'], false),
      provenRequires: this.#provenRequirements(proven),
      recommends: this.#requirements(component.recommends ?? {}, ['component', 'recommends'], false),
      conflicts: this.#ranges(component.conflicts ?? {}, ['component', 'conflicts']),
      payload: this.#payload(component.payload.platforms),
      service: component.service === undefined ? undefined : readService(component.service),
      expect: component.expect === undefined ? undefined : this.#expect(component.expect),
      kernel: component.kernel === undefined ? undefined : this.#kernel(component.kernel),
    };
    if (component.service !== undefined) this.#checkService(component.service);
    if (component.kind === 'runtime' && component.runtime === undefined)
      this.#report(['component', 'kind'], 'a runtime names its `runtime.program`');
    if (name === undefined || version === undefined || this.findings.some((finding) => finding.severity === 'error')) return undefined;
    return {
      name,
      npmName: json.name,
      version,
      description: json.description,
      kind: component.kind,
      category: component.category,
      upstream: {
        version: component.upstream.version,
        mapping,
        license: component.upstream.license,
        ...optional('homepage', component.upstream.homepage),
      },
      provides: { ...parts.provides, ...parts.provenProvides },
      requires: { ...parts.requires, ...parts.provenRequires },
      recommends: parts.recommends,
      conflicts: parts.conflicts,
      exclusive: component.exclusive ?? [],
      ...optional('kernel', parts.kernel),
      exec: (component.exec ?? []).map((one) => (typeof one === 'string' ? one : one.program)),
      execUnless: Object.fromEntries((component.exec ?? []).flatMap((one) => (typeof one === 'string' ? [] : [[one.program, one.unless]]))),
      payload: parts.payload,
      ...optional('service', parts.service),
      ...optional('expect', parts.expect),
      ...optional('runtime', component.runtime),
      ...optional('init', component.init),
    };
  }

  #expect(json: readonly ComponentExpectationJson[]): readonly ComponentExpectation[] {
    return json.flatMap((one, index) => {
      const read = readComponentExpectation(one);
      if (typeof read !== 'string') return [read];
      this.#report(['component', 'expect', String(index)], read);
      return [];
    });
  }

  #checkService(service: ServiceJson): void {
    for (const key of ['capabilities', 'syscalls', 'noNewPrivileges'] as const) {
      if (service.privileged === true && service[key] !== undefined)
        this.#report(['component', 'service', key], `a privileged service is not confined by \`${key}\``, 'leave out one of the two');
    }
    const { diskArgument, args = [] } = service;
    if (diskArgument !== undefined && args[diskArgument] === undefined)
      this.#report(
        ['component', 'service', 'diskArgument'],
        `there is no argument ${diskArgument}: the last of \`args\` is ${args.length - 1}`,
      );
  }

  #report(path: readonly string[], message: string, hint?: string): void {
    this.findings.push({
      severity: 'error',
      code: 'invalid-manifest',
      message,
      place: this.#document.placeOf(path),
      ...(hint === undefined ? {} : { hints: [hint] }),
    });
  }

  #range(text: string, path: readonly string[]): Range | undefined {
    const range = parseRange(text);
    if (range === undefined) this.#report(path, `\`${text}\` is not a semver range`);
    return range;
  }

  #ranges(json: Readonly<Record<string, string>>, path: readonly string[]): Readonly<Record<string, Range>> {
    const ranges: Record<string, Range> = {};
    for (const [key, text] of Object.entries(json)) {
      const range = this.#range(text, [...path, key]);
      if (range !== undefined) ranges[key] = range;
    }
    return ranges;
  }

  #provides(json: Readonly<Record<string, string>>, path: readonly string[], proven: boolean): Readonly<Record<string, string>> {
    for (const [capability, text] of Object.entries(json)) {
      this.#namespace(capability, [...path, capability], proven);
      this.#range(text, [...path, capability]);
    }
    return json;
  }

  #requirements(json: RequirementsJson, path: readonly string[], proven: boolean): Readonly<Record<string, Requirement>> {
    const requirements: Record<string, Requirement> = {};
    for (const [key, value] of Object.entries(json)) {
      if (isCapability(key)) this.#namespace(key, [...path, key], proven);
      const range = this.#range(typeof value === 'string' ? value : value.range, [...path, key]);
      const stated = typeof value === 'string' ? undefined : value.in;
      if (range !== undefined) requirements[key] = { range, in: stated ?? defaultPlace(key), stated: stated !== undefined };
    }
    return requirements;
  }

  #provenRequirements({ requires = {}, onlyOn = {} }: ProvenJson): Readonly<Record<string, Requirement>> {
    const path = ['component', 'proven'];
    const platformsOf = new Map<string, Platform[]>();
    for (const [platform, capabilities] of Object.entries(onlyOn)) {
      for (const capability of capabilities) {
        if (requires[capability] === undefined)
          this.#report([...path, 'onlyOn', platform], `\`${capability}\` stands in \`onlyOn\`, and \`requires\` has no such capability`);
        if (isPlatform(platform)) platformsOf.set(capability, [...(platformsOf.get(capability) ?? []), platform]);
      }
    }
    return Object.fromEntries(
      Object.entries(this.#requirements(requires, [...path, 'requires'], true)).map(([capability, requirement]) => [
        capability,
        { ...requirement, ...optional('platforms', platformsOf.get(capability)) },
      ]),
    );
  }

  /** A namespace that bytes can prove is written by the facts alone. */
  #namespace(capability: string, path: readonly string[], proven: boolean): void {
    const provable = provableNamespaces.includes(capability.slice(0, capability.indexOf(':')));
    if (provable && !proven)
      this.#report(
        path,
        `\`${capability}\` is read from the payload, never declared`,
        'take it out, and run `moby-compose component build`',
      );
    if (!provable && proven)
      this.#report(path, `\`${capability}\` can't be proven from bytes`, 'declare it under `provides` or `requires`');
  }

  #kernel(json: NonNullable<ManifestJson['component']['kernel']>): KernelNeeds {
    const path = ['component', 'kernel'];
    const version = json.version === undefined ? undefined : this.#range(json.version, [...path, 'version']);
    const list = (key: 'needs' | 'wants'): readonly ConfigNeed[] =>
      (json.config?.[key] ?? []).map((need, index) => {
        const at = [...path, 'config', key, String(index), 'kernel'];
        const kernel = need.kernel === undefined ? undefined : this.#range(need.kernel, at);
        const anyOf = (need.anyOf ?? [need.options ?? []]).map((all) => all.map(configOption));
        return { anyOf, reason: need.reason, ...optional('kernel', kernel) };
      });
    const config = json.config === undefined ? undefined : { needs: list('needs'), wants: list('wants') };
    return { modules: json.modules ?? [], ...optional('version', version), ...optional('config', config) };
  }

  #payload(json: Readonly<Partial<Record<string, PlatformPayloadJson>>>): Payload {
    const platforms: Record<string, PlatformPayload> = {};
    for (const [platform, payload] of Object.entries(json)) {
      if (payload === undefined || !isPlatform(platform)) continue;
      const path = ['component', 'payload', 'platforms', platform];
      const digest = parseDigest(payload.digest ?? `sha256:${'0'.repeat(64)}`);
      if (digest === undefined || (this.#stage === 'built' && (payload.digest === undefined || payload.size === undefined))) {
        this.#report(
          [...path, 'digest'],
          'the payload was never built: `digest` and `size` are missing',
          'run `moby-compose component build`',
        );
        continue;
      }
      const [first] = payload.sources;
      if (first?.kind === 'deb' && first.factsOnly === true)
        this.#report(
          [...path, 'sources', '0', 'factsOnly'],
          'the first source makes the component’s version, so it is part of the payload',
        );
      const sources = payload.sources.map((source, index) => this.#source(source, [...path, 'sources', String(index)]));
      platforms[platform] = {
        sources,
        links: payload.links ?? {},
        directories: payload.directories ?? {},
        ...optional('joins', payload.joins),
        digest,
        size: payload.size ?? 0,
      };
    }
    return { form: 1, platforms };
  }

  #source(json: SourceJson, path: readonly string[]): Source {
    if (json.kind === 'files') return { kind: 'files', executable: json.executable ?? [] };
    if (this.#stage === 'built') {
      for (const key of ['version', 'sha256', 'size', 'path', 'source', 'sourceVersion'] as const) {
        if (json[key] === undefined)
          this.#report(path, `\`${json.package}\` is not pinned: \`${key}\` is missing`, 'run `moby-compose component update`');
      }
    }
    return {
      kind: 'deb',
      package: json.package,
      ...optional('follows', json.follows),
      suite: json.suite,
      version: json.version ?? '',
      sha256: json.sha256 ?? '',
      size: json.size ?? 0,
      path: json.path ?? '',
      source: json.source ?? '',
      sourceVersion: json.sourceVersion ?? '',
      keep: json.keep,
      ...optional('factsOnly', json.factsOnly),
    };
  }
}

function configOption(json: ConfigOptionJson): ConfigOption {
  return typeof json === 'string' ? { option: json } : json;
}

/** Written by the facts alone, so that nobody offers what its bytes don't. */
const provableNamespaces: readonly string[] = ['soname', 'ttrpc', 'kmod'];

/** Kernel, init and OCI runtime are the machine's; everything else is met in the same root. */
function defaultPlace(key: string): Requirement['in'] {
  return /^(?:kernel|init|runtime):/.test(key) ? 'machine' : 'root';
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  const pair: { [K in Key]?: Value } = {};
  if (value !== undefined) pair[key] = value;
  return pair;
}

const defaultTmpfsMode = '0755';

/** Fills in what a service leaves out: nobody's privileges, a read-only root, restarted always. */
export function readService(json: ServiceJson): ServiceDefaults {
  return {
    args: json.args ?? [],
    env: json.env ?? {},
    cwd: json.cwd ?? '/',
    user: json.user ?? { uid: 65_532, gid: 65_532, name: 'service' },
    capabilities: json.capabilities ?? [],
    network: json.network ?? 'machine',
    readonlyRoot: json.readonlyRoot ?? true,
    noNewPrivileges: json.noNewPrivileges ?? json.privileged !== true,
    privileged: json.privileged === true,
    tmpfs: (json.tmpfs ?? []).map((mount) => ({
      path: mount.path,
      sizeBytes: parseBytes(mount.size) ?? 0,
      mode: mount.mode ?? defaultTmpfsMode,
    })),
    binds: (json.binds ?? []).map((bind) => ({
      source: bind.source,
      path: bind.path,
      readonly: bind.readonly ?? true,
      propagation: bind.propagation ?? 'private',
    })),
    syscalls: json.syscalls ?? [],
    ...optional('memoryBytes', json.memory === undefined ? undefined : parseBytes(json.memory)),
    ...optional('pids', json.pids),
    ports: json.ports ?? [],
    ...optional('ready', json.ready === undefined ? undefined : readProbe(json.ready)),
    ...optional('diskArgument', json.diskArgument),
    restart: json.restart ?? 'always',
    after: json.after ?? [],
  };
}

export function readProbe(json: ReadyJson): ReadyProbe | undefined {
  if (json.tcp !== undefined) return { kind: 'tcp', port: json.tcp };
  if (json.http !== undefined) return { kind: 'http', port: json.http.port, path: json.http.path ?? '/' };
  if (json.exec !== undefined) return { kind: 'exec', args: json.exec };
  return json.file === undefined ? undefined : { kind: 'file', path: json.file };
}
