import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  factsSources,
  Failure,
  makeVersion,
  revisionOf,
  upstreamOf,
  type ComponentName,
  type Diagnostic,
  type Progress,
  type Version,
} from '@moby/model';
import { builtPayloads, kernelSymbolsFile, writeDerived, type BuiltPayload } from './build-component.ts';
import { readComponentFolder, type ComponentFolder } from './component-folder.ts';
import { deriveComponent, withDerivedVersion, type DerivedComponent } from './derive-component.ts';
import { findPins, type FoundPins, type PinChange } from './find-pins.ts';
import { isFiles, type PinFinder } from './found-pin.ts';
import { leftLineOnUpdate } from './left-line.ts';
import type { PayloadReader } from './payload-reader.ts';
import { platformsOf, withPins } from './revise-manifest.ts';

export interface UpdateRequest {
  /** The lines' folders, `components/<name>/<line>`. */
  readonly folders: readonly string[];
  readonly finder: PinFinder;
  readonly payloads: PayloadReader;
  /** Derives also what has no new pins, as after a change of `keep`; else only components with files of their own. */
  readonly rederive?: boolean;
  readonly progress?: Progress;
  /** Re-locks the assemblies that use these components; gives the names of those whose lock has changed. */
  readonly relock?: (components: readonly ComponentName[]) => Promise<readonly string[]>;
}

export interface UpdateReport {
  /** In the order of the request: those that stay as they are, too. */
  readonly components: readonly ComponentUpdate[];
  readonly relocked: readonly string[];
  /** Lines that were refused (`left-line`); the others are updated all the same. */
  readonly findings: readonly Diagnostic[];
}

export interface ComponentUpdate {
  /** `name/line`. */
  readonly component: string;
  readonly from: Version;
  readonly to: Version;
  readonly pins: readonly PinChange[];
  readonly payloads: readonly BuiltPayload[];
  readonly changed: boolean;
}

const maxRevision = 99;

/**
 * Raises components to the newest packages of their suites (updates and security included), one after the other, each
 * written whole before the next begins; then re-locks the assemblies that use them. Throws `Failure` (not-found,
 * invalid-input, no-mirror, network, bad-signature, bad-index, wrong-digest, bad-archive, io, limit).
 */
export async function updateComponents(request: UpdateRequest): Promise<UpdateReport> {
  const components: ComponentUpdate[] = [];
  const findings: Diagnostic[] = [];
  const changed = new Set<ComponentName>();
  for (const [index, folder] of request.folders.entries()) {
    const component = await readComponentFolder(folder);
    request.progress?.step({ step: 'update', done: index, total: request.folders.length, unit: 'items', note: component.id });
    const found = await findPins(component, request.finder);
    if (found.kind === 'left-line') {
      findings.push({ severity: 'error', code: 'left-line', ...leftLineOnUpdate(found.left) });
      continue;
    }
    const update =
      needsDerivation(component, found) || request.rederive === true
        ? await updateComponent({ component, found, payloads: request.payloads })
        : unchanged(component);
    if (update.changed) changed.add(component.manifest.name);
    components.push(update);
  }
  const relocked = changed.size === 0 || request.relock === undefined ? [] : await request.relock([...changed].sort());
  return { components, relocked, findings };
}

/** Without new pins a payload of packages alone is what it was, so nothing is downloaded to find that out. */
function needsDerivation({ folder, json, manifest }: ComponentFolder, found: UpdateStep['found']): boolean {
  const platformsBuilt = platformsOf(json).every((platform) => json.component.payload.platforms[platform]?.digest !== undefined);
  const hasFiles = Object.values(manifest.payload.platforms).some((payload) => payload.sources.some(isFiles));
  const wantsSymbols = Object.values(manifest.payload.platforms).some((payload) => factsSources(payload).length > 0);
  const complete = existsSync(join(folder, 'facts.json')) && (!wantsSymbols || existsSync(join(folder, kernelSymbolsFile)));
  return !platformsBuilt || hasFiles || !complete || (found.kind === 'pins' && found.changes.length > 0);
}

function unchanged({ id, json, manifest }: ComponentFolder): ComponentUpdate {
  return {
    component: id,
    from: manifest.version,
    to: manifest.version,
    pins: [],
    payloads: builtPayloads({ json, manifest }),
    changed: false,
  };
}

interface UpdateStep {
  readonly component: ComponentFolder;
  readonly found: Exclude<FoundPins, { readonly kind: 'left-line' }>;
  readonly payloads: PayloadReader;
}

async function updateComponent({ component, found, payloads }: UpdateStep): Promise<ComponentUpdate> {
  const { folder, id, manifest } = component;
  const json = found.kind === 'pins' ? withPins(component.json, found.pins) : component.json;
  const derived = await deriveComponent({ folder, component: id, json, payloads });
  const before = upstreamOf(manifest.version);
  const upstream = found.kind === 'pins' ? found.upstream : { text: manifest.upstream.version, semver: before };
  const pins = found.kind === 'pins' ? found.changes : [];
  const version = nextVersion(component, { derived, pins, upstream: upstream.semver });
  const result = await withDerivedVersion(folder, derived, { upstream: upstream.text, before, after: upstream.semver, version });
  const written = await writeDerived(component, result);
  return { component: id, from: manifest.version, to: version, pins, payloads: builtPayloads(result), changed: written };
}

/** A first pin keeps the revision; a new upstream begins at 1; anything else that changed raises it by one. */
function nextVersion(
  component: ComponentFolder,
  now: { readonly derived: DerivedComponent; readonly pins: readonly PinChange[]; readonly upstream: string },
): Version {
  const { version } = component.manifest;
  if (now.upstream !== upstreamOf(version)) return makeVersion(now.upstream, 1);
  const before = component.json.component.payload.platforms;
  const wasBuilt = platformsOf(component.json).some((platform) => before[platform]?.digest !== undefined);
  const payloadChanged = builtPayloads(now.derived).some(({ platform, digest }) => before[platform]?.digest !== digest);
  if (!wasBuilt || (!payloadChanged && now.pins.length === 0)) return version;
  const revision = revisionOf(version) + 1;
  if (revision <= maxRevision) return makeVersion(now.upstream, revision);
  throw new Failure({
    code: 'limit',
    message: `\`${component.id}\` would need revision ${revision} of ${now.upstream}; at most ${maxRevision} fit into npm's version`,
  });
}
