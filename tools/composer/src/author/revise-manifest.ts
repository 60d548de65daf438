import {
  platforms,
  toNpmVersion,
  type Digest,
  type ManifestJson,
  type Platform,
  type PlatformPayloadJson,
  type SourceJson,
  type Version,
} from '@moby/model';
import { withKeys } from './edit-json.ts';
import { isDebJson, type FoundPin } from './found-pin.ts';

/** The order in which the tool writes keys that a hand has not written yet. */
const sourceOrder = [
  'kind',
  'package',
  'follows',
  'suite',
  'version',
  'sha256',
  'size',
  'path',
  'source',
  'sourceVersion',
  'keep',
  'factsOnly',
];
const payloadOrder = ['sources', 'links', 'directories', 'digest', 'size'];
const componentOrder = [
  'kind',
  'category',
  'upstream',
  'provides',
  'requires',
  'recommends',
  'conflicts',
  'exclusive',
  'kernel',
  'exec',
  'payload',
  'service',
  'runtime',
  'init',
  'proven',
];

/** A platform's pins, one for each source; undefined where the source is no package or keeps its pin. */
export type PinsByPlatform = ReadonlyMap<Platform, readonly (FoundPin | undefined)[]>;

export function withPins(json: ManifestJson, pins: PinsByPlatform): ManifestJson {
  return withPlatforms(json, (platform, payload) => {
    const found = pins.get(platform) ?? [];
    return { ...payload, sources: payload.sources.map((source, index) => withPin(source, found[index])) };
  });
}

function withPin(source: SourceJson, pin: FoundPin | undefined): SourceJson {
  return pin === undefined || !isDebJson(source) ? source : withKeys(source, pin, sourceOrder);
}

export interface PayloadMark {
  readonly digest: Digest;
  readonly size: number;
}

export function withPayloads(json: ManifestJson, marks: ReadonlyMap<Platform, PayloadMark>): ManifestJson {
  return withPlatforms(json, (platform, payload) => {
    const mark = marks.get(platform);
    return mark === undefined ? payload : withKeys(payload, mark, payloadOrder);
  });
}

function withPlatforms(
  json: ManifestJson,
  revise: (platform: Platform, payload: PlatformPayloadJson) => PlatformPayloadJson,
): ManifestJson {
  const revised: Partial<Record<Platform, PlatformPayloadJson>> = { ...json.component.payload.platforms };
  for (const platform of platformsOf(json)) {
    const payload = revised[platform];
    if (payload !== undefined) revised[platform] = revise(platform, payload);
  }
  return { ...json, component: { ...json.component, payload: { ...json.component.payload, platforms: revised } } };
}

export function platformsOf(json: ManifestJson): readonly Platform[] {
  return platforms.filter((platform) => json.component.payload.platforms[platform] !== undefined);
}

/** What bytes prove, as the manifest carries it. */
export interface Proven {
  readonly provides: Readonly<Record<string, string>>;
  readonly requires: Readonly<Record<string, string>>;
  readonly onlyOn: Readonly<Partial<Record<Platform, readonly string[]>>>;
}

/** Without anything proven, the key is left out. */
export function withProven(json: ManifestJson, proven: Proven): ManifestJson {
  const { provides, requires, onlyOn } = proven;
  const parts = {
    ...(isEmpty(provides) ? {} : { provides }),
    ...(isEmpty(requires) ? {} : { requires }),
    ...(isEmpty(onlyOn) ? {} : { onlyOn }),
  };
  return { ...json, component: withKeys(json.component, { proven: isEmpty(parts) ? undefined : parts }, componentOrder) };
}

/** Whether npm packs a file that the tool writes. */
export function withPublished(json: ManifestJson, name: string, isThere: boolean): ManifestJson {
  if (json.files === undefined) return json;
  const others = json.files.filter((file) => file !== name);
  return { ...json, files: isThere ? [...others, name].sort() : others };
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

export interface VersionChange {
  /** Upstream's own spelling. */
  readonly upstream: string;
  /** Upstream as semver, before and after: what is provided in the former is provided in the latter. */
  readonly before: string;
  readonly after: string;
  readonly version: Version;
}

/** A declared capability whose version is upstream's (`kernel:linux`, `api:redis`) follows upstream. */
export function withVersion(json: ManifestJson, change: VersionChange): ManifestJson {
  const { component } = json;
  const provides: Record<string, string> = {};
  for (const [name, value] of Object.entries(component.provides ?? {})) provides[name] = value === change.before ? change.after : value;
  return {
    ...json,
    version: toNpmVersion(change.version),
    component: {
      ...component,
      upstream: { ...component.upstream, version: change.upstream },
      ...(component.provides === undefined ? {} : { provides }),
    },
  };
}
