import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { summarizeEdges } from '@moby/abi';
import type { SourceVanished } from '@moby/content';
import { openContentStore } from '@moby/content/store';
import {
  Failure,
  parseRange,
  platformFolder,
  type ContentStore,
  type DebSource,
  type Diagnostic,
  type Judged,
  type Manifest,
  type Registry,
  type RegistryComponent,
} from '@moby/model';
import {
  openOverlayRegistry,
  openRefreshedRegistry,
  openSingleRegistry,
  openWorkspaceRegistry,
  readManifest,
  type Refreshed,
} from '@moby/registry';
import { writeText } from './author/write-text.ts';
import { buildArtifact } from './build/build-artifact.ts';
import { noticesOf } from './build/notices.ts';
import { writeArtifact } from './build/write-artifact.ts';
import { checkResolution } from './check/check-resolution.ts';
import { judgeVerdict } from './check/judge-verdict.ts';
import type { Verdict } from './check/verdict.ts';
import type { Composed, ComposeRequest, Surroundings, Variation } from './compose.ts';
import { fetchPayloads, type Fetched } from './fetch/fetch-payloads.ts';
import { openArchive, type Archive } from './fetch/open-archive.ts';
import { recallRefreshed, rememberRefreshed } from './fetch/refreshed-memory.ts';
import type { Lockfile } from './lock/lockfile.ts';
import { formatLock, makeLock, type Compressor } from './lock/make-lock.ts';
import { staleLock } from './lock/stale-lock.ts';
import { lockedVersions, readLock } from './lock/read-lock.ts';
import { applyVariation, isVaried, variationName } from './parse/apply-variation.ts';
import type { Assembly, RootWish } from './parse/assembly.ts';
import { candidates, locateAssembly, parseSurroundings, shown, type LocatedAssembly } from './parse/locate-assembly.ts';
import { parseAssembly } from './parse/parse-assembly.ts';
import { storeFolder } from './store-folder.ts';
import { resolveAssembly } from './resolve/resolve-assembly.ts';
import type { Resolution } from './resolve/resolution.ts';

/** What is known once the facts have spoken, before a byte of payload has moved. */
export interface Checked {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly verdict: Verdict;
  readonly lock: Lockfile;
  readonly lockFile: string;
  /** How the lock on disk stands to this one. */
  readonly lockState: 'missing' | 'same' | 'differs';
}

/** The line over one world: see `compose.ts` for its stations. */
export interface Line {
  readonly registry: Registry;
  readonly store: ContentStore;
  parse(assembly: string, variation: Variation): Promise<Judged<Assembly>>;
  /** parse → resolve → lock → check; writes nothing, downloads nothing. */
  check(request: ComposeRequest): Promise<Judged<Checked>>;
  /** The whole line: an artifact in its folder, and the lock beside the assembly. */
  compose(request: ComposeRequest): Promise<Judged<Composed>>;
  /** parse → resolve → lock → check, and the lock written: after a component was raised. */
  relock(request: ComposeRequest): Promise<Judged<Checked & { readonly written: boolean }>>;
}

interface ParsedAssembly {
  readonly assembly: Assembly;
  /** With the components of the assembly's own folders. */
  readonly registry: Registry;
}

/** How often a run may find that pins have vanished: once for each time that the archive changes under it. */
const maxRefreshes = 3;

export function openLine(surroundings: Surroundings): Promise<Line> {
  return Promise.resolve(new WorldLine(surroundings));
}

class WorldLine implements Line {
  readonly registry: Registry;
  readonly store: ContentStore;
  readonly #surroundings: Surroundings;
  /** The command and its line ask for the same assembly: it is read once. */
  readonly #read = new Set<string>();
  readonly #parsed = new Map<string, Promise<Judged<ParsedAssembly>>>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.store = openContentStore(storeFolder(surroundings.environment));
    this.registry = openOverlayRegistry([
      ...surroundings.componentFolders.map((folder) => openWorkspaceRegistry({ folder, label: shown(folder, surroundings.currentFolder) })),
      ...(surroundings.library === undefined
        ? []
        : [openWorkspaceRegistry({ folder: join(surroundings.library, 'components'), label: 'components' })]),
    ]);
  }

  async parse(assembly: string, variation: Variation): Promise<Judged<Assembly>> {
    const parsed = await this.#parseLocated(await locateAssembly(assembly, this.#places()), variation);
    return parsed.ok ? { ok: true, value: parsed.value.assembly, findings: parsed.findings } : parsed;
  }

  async check(request: ComposeRequest): Promise<Judged<Checked>> {
    return this.#check(request, []);
  }

  async relock(request: ComposeRequest): Promise<Judged<Checked & { readonly written: boolean }>> {
    const checked = await this.#check(request, []);
    if (!checked.ok) return checked;
    const written = await this.#writeLock(checked.value, request);
    return { ok: true, value: { ...checked.value, written: written === 'written' }, findings: checked.findings };
  }

  async compose(request: ComposeRequest): Promise<Judged<Composed>> {
    const archive = openArchive({ surroundings: this.#surroundings, store: this.store, isOffline: request.policy.offline });
    try {
      return await this.#compose(request, archive);
    } finally {
      archive.close();
    }
  }

  async #compose(request: ComposeRequest, archive: Archive): Promise<Judged<Composed>> {
    const refreshed: Refreshed[] = [];
    for (let round = 0; ; round += 1) {
      const checked = await this.#check(request, refreshed);
      if (!checked.ok) return checked;
      const lockState = await this.#writeLock(checked.value, request);
      try {
        const fetched = await this.#fetch(checked.value, request, archive);
        const built = await this.#build({ checked: checked.value, request, fetched });
        return built.ok ? { ok: true, value: { ...built.value, lockState }, findings: [...checked.findings, ...built.findings] } : built;
      } catch (error) {
        if (!isSourceVanished(error) || request.policy.locked || round >= maxRefreshes) throw withRepin(error, checked.value.resolution);
        refreshed.push(...(await this.#refresh(error.pins, checked.value.resolution, archive)));
      }
    }
  }

  async #check(request: ComposeRequest, refreshed: readonly Refreshed[]): Promise<Judged<Checked>> {
    const { progress } = this.#surroundings;
    const located = await locateAssembly(request.assembly, this.#places());
    const parsed = await this.#parseLocated(located, request.variation);
    if (!parsed.ok) return parsed;
    const { assembly, registry: own } = parsed.value;
    if (!assembly.platforms.includes(request.platform)) return { ok: false, findings: [otherPlatform(assembly, request)] };
    const old = await this.#readLock(located.lockFile);
    if (!old.ok) return old;
    const known = await recallRefreshed(this.store, own, old.value?.lock);
    for (const finding of refreshed.length === 0 ? known.findings : []) this.#surroundings.warn(finding);
    const registry = openRefreshedRegistry(own, [
      ...refreshed,
      ...known.refreshed.filter(({ component }) => !refreshed.some((other) => other.component.manifest.name === component.manifest.name)),
    ]);
    progress.step({ step: 'resolve' });
    const resolved = await resolveAssembly({ assembly, registry, locked: old.value === undefined ? {} : lockedVersions(old.value.lock) });
    if (resolved.status === 'invalid') return { ok: false, findings: resolved.findings };
    if (resolved.status === 'no-solution') {
      return {
        ok: false,
        findings: [
          {
            severity: 'error',
            code: 'no-solution',
            message: `${assembly.name} can't be resolved`,
            details: resolved.explanation.split('\n'),
          },
        ],
      };
    }
    const { resolution } = resolved;
    const lock = makeLock({ assembly, resolution, compressor: compressorOf(request.level) });
    const lockState = compareLocks(lock, old.value);
    progress.step({
      step: 'resolve',
      done: resolution.components.size,
      total: resolution.components.size,
      unit: 'items',
      note: lockState === 'same' ? 'as locked' : '',
    });
    if (request.policy.locked && lockState !== 'same' && !isVaried(request.variation)) {
      const stale = staleLock({
        file: shown(located.lockFile, this.#surroundings.currentFolder),
        assembly: request.assembly,
        lock,
        old: old.value?.lock,
      });
      if (stale !== undefined) throw stale;
    }
    progress.step({ step: 'check' });
    const verdict = checkResolution({ assembly, resolution, platform: request.platform });
    const findings = judgeVerdict(verdict);
    progress.step({ step: 'check', done: verdict.edges.length, total: verdict.edges.length, unit: 'items', note: countsOf(verdict) });
    if (findings.some(({ severity }) => severity === 'error')) return { ok: false, findings };
    return {
      ok: true,
      value: { assembly, resolution, verdict, lock, lockFile: located.lockFile, lockState },
      findings: [...parsed.findings, ...findings],
    };
  }

  async #fetch(checked: Checked, request: ComposeRequest, archive: Archive): Promise<Fetched> {
    const { progress } = this.#surroundings;
    progress.step({ step: 'fetch' });
    const fetched = await fetchPayloads({
      resolution: checked.resolution,
      verdict: checked.verdict,
      platform: request.platform,
      compressor: compressorOf(request.level),
      store: this.store,
      download: archive.download,
      progress,
    });
    const note =
      fetched.downloaded === 0
        ? `all ${fetched.packages} packages in the store`
        : `${fetched.downloaded} of ${fetched.packages} packages downloaded`;
    progress.step({ step: 'fetch', done: fetched.packages, total: fetched.packages, unit: 'items', note });
    return fetched;
  }

  async #build({
    checked,
    request,
    fetched,
  }: {
    readonly checked: Checked;
    readonly request: ComposeRequest;
    readonly fetched: Fetched;
  }): Promise<Judged<Omit<Composed, 'lockState'>>> {
    const { progress } = this.#surroundings;
    const { assembly, resolution, verdict } = checked;
    progress.step({ step: 'build' });
    const isRefreshed = [...resolution.components.values()].some((component) => component.refreshed !== undefined);
    const compressor = compressorOf(request.level);
    const built = await buildArtifact({
      assembly,
      resolution,
      verdict,
      platform: request.platform,
      compressor,
      fetched,
      store: this.store,
      budgetBinds: !isVaried(request.variation) && !isRefreshed,
    });
    if (!built.ok) return built;
    const folder = this.#outFolder(request, assembly);
    const texts = await noticesOf({
      resolution,
      platform: request.platform,
      store: this.store,
      title: `${assembly.name} ${assembly.version} for ${request.platform}`,
    });
    const written = await writeArtifact({ built: built.value, texts, folder, store: this.store });
    progress.step({ step: 'build', done: 1, total: 1, unit: 'items', note: written ? 'written' : 'unchanged' });
    return {
      ok: true,
      value: {
        assembly,
        resolution,
        verdict,
        lock: checked.lock,
        lockFile: checked.lockFile,
        artifact: built.value.artifact,
        folder,
        unchanged: !written,
        made: {
          kernel: built.value.kernel,
          initrd: built.value.initrd,
          texts,
          packages: fetched.packages,
          checked: countsOf(verdict),
          read: [...this.#read],
        },
      },
      findings: built.findings,
    };
  }

  /** Components whose pins have vanished, with what their suites have now (DESIGN: refreshed). */
  async #refresh(vanished: readonly DebSource[], resolution: Resolution, archive: Archive): Promise<readonly Refreshed[]> {
    const { warn } = this.#surroundings;
    const { openPayloadReader, openPinFinder, refreshPins } = await import('./author/index.ts');
    const finder = openPinFinder({ open: archive.openSuite, warn });
    const payloads = openPayloadReader({ store: this.store, download: archive.download, warn });
    const refreshed: Refreshed[] = [];
    for (const component of resolution.components.values()) {
      const lost = vanished.filter((pin) => hasPin(component, pin));
      if (lost.length === 0) continue;
      const result = await refreshPins({ component, vanished: lost, finder, payloads });
      result.findings.forEach(warn);
      const one = { hides: component.manifest.version, component: result.component };
      await rememberRefreshed(this.store, { refreshed: one, of: component.tree, findings: result.findings });
      refreshed.push(one);
    }
    return refreshed;
  }

  /** The lock is written once the check has passed, and never by a try. */
  async #writeLock(checked: Checked, request: ComposeRequest): Promise<Composed['lockState']> {
    if (isVaried(request.variation)) return 'left alone';
    if (checked.lockState === 'same') return 'unchanged';
    await writeText(checked.lockFile, formatLock(checked.lock));
    return 'written';
  }

  async #readLock(file: string): Promise<Judged<{ readonly lock: Lockfile; readonly text: string } | undefined>> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { ok: true, value: undefined, findings: [] };
      throw new Failure({ code: 'io', message: `\`${shown(file, this.#surroundings.currentFolder)}\` can't be read`, cause });
    }
    const read = await readLock({ file: shown(file, this.#surroundings.currentFolder), text });
    return read.ok ? { ok: true, value: { lock: read.value, text }, findings: [] } : read;
  }

  #parseLocated(located: LocatedAssembly, variation: Variation): Promise<Judged<ParsedAssembly>> {
    const key = JSON.stringify([located.path, located.text, variation]);
    const parsed = this.#parsed.get(key) ?? this.#parseText(located, variation);
    this.#parsed.set(key, parsed);
    return parsed;
  }

  async #parseText(located: LocatedAssembly, variation: Variation): Promise<Judged<ParsedAssembly>> {
    for (const path of candidates(located.named, this.#places())) {
      this.#read.add(path);
      if (path === located.path) break;
    }
    const parsed = await parseAssembly(
      located,
      parseSurroundings(this.#places(), (path) => this.#read.add(path)),
    );
    if (!parsed.ok) return parsed;
    const own = await this.#ownComponents(parsed.value);
    const registry = own.registries.length === 0 ? this.registry : openOverlayRegistry([...own.registries, this.registry]);
    if (!isVaried(variation)) return { ok: true, value: { assembly: own.assembly, registry }, findings: parsed.findings };
    const manifests = await newestManifests(registry);
    const assembly = applyVariation({
      assembly: own.assembly,
      variation,
      isService: (name) => manifests.get(name)?.kind === 'service',
      offers: (name) => Object.keys(manifests.get(name)?.provides ?? {}),
    });
    return { ok: true, value: { assembly, registry }, findings: parsed.findings };
  }

  /** `component: ./my-app`: each such folder is a registry of one component, and the entry wishes for exactly it. */
  async #ownComponents(assembly: Assembly): Promise<{ readonly assembly: Assembly; readonly registries: readonly Registry[] }> {
    const registries: Registry[] = [];
    const entries: Assembly['entries'][number][] = [];
    for (const entry of assembly.entries) {
      if (entry.ownFolder === undefined) {
        entries.push(entry);
        continue;
      }
      const label = shown(entry.ownFolder, this.#surroundings.currentFolder);
      const manifest = await readManifest(entry.ownFolder, join(label, 'package.json'));
      registries.push(openSingleRegistry({ folder: entry.ownFolder, label }));
      const wish = exactly(entry.wish, manifest);
      entries.push({ ...entry, name: entry.name === entry.wish.name ? manifest.name : entry.name, wish });
    }
    return { assembly: { ...assembly, entries }, registries };
  }

  #places(): { readonly library: string | undefined; readonly currentFolder: string } {
    return { library: this.#surroundings.library, currentFolder: this.#surroundings.currentFolder };
  }

  #outFolder(request: ComposeRequest, assembly: Assembly): string {
    if (request.out !== undefined) return resolve(this.#surroundings.currentFolder, request.out);
    const isOwn = this.#surroundings.library !== undefined && assembly.folder.startsWith(`${this.#surroundings.library}/`);
    const base = isOwn ? (this.#surroundings.library ?? '') : this.#surroundings.currentFolder;
    return join(base, 'out', variationName(assembly.name, request.variation), platformFolder(request.platform));
  }
}

/** Another compressor alone is no reason to write a lock anew, nor to refuse one: what is compressed stays the same. */
function compareLocks(lock: Lockfile, old: { readonly lock: Lockfile; readonly text: string } | undefined): Checked['lockState'] {
  if (old === undefined) return 'missing';
  return formatLock({ ...lock, compressor: old.lock.compressor }) === old.text ? 'same' : 'differs';
}

function compressorOf(level: number): Compressor {
  return { name: 'zstd', version: process.versions['zstd'] ?? 'unknown', level };
}

async function newestManifests(registry: Registry): Promise<ReadonlyMap<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  for (const name of await registry.names()) {
    const newest = (await registry.versions(name)).at(-1);
    if (newest !== undefined) manifests.set(name, await registry.manifest(name, newest));
  }
  return manifests;
}

/** The wish for the one component of an own folder. */
function exactly(wish: RootWish, manifest: Manifest): RootWish {
  const range = parseRange(manifest.version);
  return { ...wish, name: manifest.name, range: range ?? wish.range };
}

function hasPin({ manifest }: RegistryComponent, pin: DebSource): boolean {
  return Object.values(manifest.payload.platforms).some((payload) =>
    payload.sources.some((source) => source.kind === 'deb' && source.sha256 === pin.sha256),
  );
}

/** By its code: the class stands beside the downloads, which a run that finds everything in the store never loads. */
function isSourceVanished(error: unknown): error is SourceVanished {
  return error instanceof Failure && error.code === 'source-vanished' && 'pins' in error;
}

/** A vanished pin that may not be refreshed: which command pins what there is now. */
function withRepin(error: unknown, resolution: Resolution): unknown {
  if (!isSourceVanished(error)) return error;
  const lines = [...resolution.components.values()].filter((component) => error.pins.some((pin) => hasPin(component, pin)));
  const names = lines.map(({ manifest, line }) => `${manifest.name}/${line}`).sort();
  return new Failure({
    code: 'source-vanished',
    message: error.message,
    hints: [`pin what the archive has now: moby-compose component update ${names.join(' ')}`],
    cause: error,
  });
}

function otherPlatform(assembly: Assembly, { platform }: ComposeRequest): Diagnostic {
  const message = `${assembly.name} is not made for ${platform}, only for ${assembly.platforms.join(', ')}`;
  return { severity: 'error', code: 'other-platform', message, hints: [`add it under \`platforms:\` in ${assembly.file}`] };
}

/** `214 edges: 209 proven, 5 declared, 0 unknown`. */
function countsOf(verdict: Verdict): string {
  const { edges, proven, declared, counts } = summarizeEdges(verdict.edges);
  const bad = counts.error > 0 ? `, ${counts.error} broken` : '';
  return `${edges} edges: ${proven} proven, ${declared} declared, ${counts.unknown} unknown${bad}`;
}
