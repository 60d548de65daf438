import { compareDebianVersions } from '@moby/content';
import { Failure, isInLine, makeVersion, mapUpstream, type DebSource, type Platform } from '@moby/model';
import type { ComponentFolder } from './component-folder.ts';
import { upstreamOfDebian } from './debian-upstream.ts';
import { isDeb, isPinned, pinQuery, type FoundPin, type PinFinder } from './found-pin.ts';
import type { LeftLine } from './left-line.ts';
import { platformsOf, type PinsByPlatform } from './revise-manifest.ts';

/** What the archive has for a component now. */
export type FoundPins =
  | { readonly kind: 'none' }
  | { readonly kind: 'pins'; readonly pins: PinsByPlatform; readonly changes: readonly PinChange[]; readonly upstream: Upstream }
  | { readonly kind: 'left-line'; readonly left: LeftLine };

export interface PinChange {
  readonly platform: Platform;
  readonly package: string;
  /** The version that was pinned; empty for a first pin. */
  readonly from: string;
  /** The package's name where it differs from before (a kernel's). */
  readonly to: string;
  readonly version: string;
  readonly sha256: string;
}

export interface Upstream {
  /** As upstream writes it. */
  readonly text: string;
  readonly semver: string;
}

type Component = Pick<ComponentFolder, 'id' | 'line' | 'json' | 'manifest'>;

/**
 * Finds the newest package of each source. The first package source of a platform is the one whose version is the
 * component's; all platforms have to agree on it. Throws `Failure` `not-found` (the suite lacks a package) and
 * `invalid-input` (the version can't be read, or the platforms differ).
 */
export async function findPins(component: Component, finder: PinFinder): Promise<FoundPins> {
  const pins = new Map<Platform, readonly (FoundPin | undefined)[]>();
  const changes: PinChange[] = [];
  let upstream: Upstream | undefined;
  for (const platform of platformsOf(component.json)) {
    const sources = component.manifest.payload.platforms[platform]?.sources ?? [];
    const found: (FoundPin | undefined)[] = [];
    for (const source of sources) {
      const pin = isDeb(source) ? notOlder(source, await newest(component, finder, pinQuery(source, platform))) : undefined;
      found.push(pin);
      if (pin === undefined || !isDeb(source)) continue;
      const first = found.filter((one) => one !== undefined).length === 1;
      const read = first ? upstreamOf(component, pin) : undefined;
      if (read !== undefined && !isInLine(makeVersion(read.semver, 1), component.line)) {
        const left = {
          component: component.id,
          suite: source.suite,
          package: pin.package,
          debianVersion: pin.version,
          upstream: read.semver,
        };
        return { kind: 'left-line', left };
      }
      if (read !== undefined && upstream !== undefined && upstream.semver !== read.semver)
        throw apart(component, platform, [upstream, read]);
      upstream ??= read;
      if (!isPinned(source, pin))
        changes.push({
          platform,
          package: source.package,
          from: source.version,
          to: pin.package,
          version: pin.version,
          sha256: pin.sha256,
        });
    }
    pins.set(platform, found);
  }
  return upstream === undefined ? { kind: 'none' } : { kind: 'pins', pins, changes, upstream };
}

/** An archive that has gone back, as one kept from what is new would, does not take a pin back. */
function notOlder(source: DebSource, found: FoundPin): FoundPin {
  if (source.version === '' || compareDebianVersions(found.version, source.version) >= 0) return found;
  const { package: name, version, sha256, size, path, source: from, sourceVersion } = source;
  return { package: name, version, sha256, size, path, source: from, sourceVersion };
}

async function newest(component: Component, finder: PinFinder, query: Parameters<PinFinder['newest']>[0]): Promise<FoundPin> {
  const pin = await finder.newest(query);
  if (pin !== undefined) return pin;
  throw new Failure({
    code: 'not-found',
    message: `${query.suite} has no package \`${query.follows ?? query.package}\` for ${query.platform}, which \`${component.id}\` pins`,
    hints: [
      `correct \`package\`${query.follows === undefined ? '' : ' or `follows`'} or \`suite\` in components/${component.id}/package.json`,
    ],
  });
}

function upstreamOf(component: Component, pin: FoundPin): Upstream {
  const { mapping } = component.manifest.upstream;
  const text = upstreamOfDebian(pin.version);
  const semver = mapUpstream(text, mapping);
  if (semver !== undefined) return { text, semver };
  throw new Failure({
    code: 'invalid-input',
    message: `${pin.package} ${pin.version} is upstream's \`${text}\`, which the mapping \`${mapping}\` of \`${component.id}\` can't read`,
    hints: ['a prerelease is never taken from a suite; for a release, choose another `upstream.mapping`'],
  });
}

function apart(component: Component, platform: Platform, [first, other]: readonly [Upstream, Upstream]): Failure {
  const message = `\`${component.id}\` would be ${first.semver} on one platform and ${other.semver} on ${platform}`;
  return new Failure({ code: 'invalid-input', message, hints: ['try again when the archive has built all architectures'] });
}
