import { join } from 'node:path';
import type { Bump } from '@moby/abi';
import { diffSides, readSide } from '@moby/composer';
import { compareVersions, isInLine, parseComponentName, upstreamOf, type Diagnostic, type Version } from '@moby/model';
import { openNpmRegistry } from '@moby/registry/npm';
import type { PackedComponent } from '@moby/registry/pack';
import type { RegistryWriter } from '@moby/registry/publish';
import type { ComponentPlace } from '../author/find-components.ts';
import type { Publisher } from './open-publisher.ts';

/** A release beside the one before it. */
export type BumpReport =
  | { readonly kind: 'first'; readonly of: 'component' | 'line' }
  | { readonly kind: 'after'; readonly before: Version; readonly needed: Bump; readonly declared: Bump };

export interface CompareRequest {
  readonly place: ComponentPlace;
  readonly packed: PackedComponent;
  readonly line: string;
  readonly writer: RegistryWriter;
  readonly publisher: Publisher;
  readonly cacheFolder: string;
  readonly warn: (finding: Diagnostic) => void;
}

/** The bump that the bytes need after the greatest version below it in its line, and the one that its version makes. The registry's own rules decide. */
export async function compareWithPublished(request: CompareRequest): Promise<BumpReport> {
  const { place, packed, line, writer, publisher, cacheFolder, warn } = request;
  const { npmName, version } = packed.manifest;
  const [scope = '', text = ''] = npmName.split('/');
  const name = parseComponentName(text);
  if (name === undefined) throw new TypeError('a manifest has a component’s name');
  const registry = openNpmRegistry({
    url: writer.label,
    scope,
    cacheFolder: join(cacheFolder, 'registry'),
    http: publisher.http,
    credentials: (url) => publisher.credentials(url),
    offline: false,
    warn,
  });
  const published = await registry.versions(name);
  if (published.length === 0) return { kind: 'first', of: 'component' };
  const before = published.findLast((one) => isInLine(one, line) && compareVersions(one, version) < 0);
  if (before === undefined) return { kind: 'first', of: 'line' };
  const old = await readSide({ named: `${name}@${before}`, registry, currentFolder: cacheFolder });
  const own = await readSide({ named: place.folder, registry, currentFolder: place.folder });
  return { kind: 'after', before, needed: diffSides(old, own).bump, declared: declaredBump(before, version) };
}

/** Revisions of one upstream version are patches. */
function declaredBump(before: Version, after: Version): Bump {
  const [old, own] = [before, after].map((version) => upstreamOf(version).split(/[.-]/));
  if (old?.[0] !== own?.[0]) return 'major';
  return old?.[1] === own?.[1] ? 'patch' : 'minor';
}
