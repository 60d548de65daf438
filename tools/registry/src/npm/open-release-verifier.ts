import { join } from 'node:path';
import { openHttp, proxySettings } from '@moby/content';
import type { Diagnostic } from '@moby/model';
import type { ComponentPlaces, RegistryPlaces } from '../open-components.ts';
import { npmTrust } from './npm-trust.ts';
import { openNpmParts } from './open-npm-registry.ts';
import { verifyRelease, type NamedRelease, type VerifiedPart } from './verify-release.ts';

/** Verifies releases of registries, as the components of `openComponents` come from them. */
export interface ReleaseVerifier {
  /** Undefined where no registry is named for its scope. */
  verify(release: NamedRelease): Promise<readonly VerifiedPart[] | undefined>;
}

export function openReleaseVerifier(places: ComponentPlaces, registries: RegistryPlaces): ReleaseVerifier {
  const http = openHttp({ proxy: proxySettings(places.environment, new Map()) });
  const damages: string[] = [];
  // What is damaged of what was kept is found of the release that it was kept of.
  const warn = (finding: Diagnostic): void => {
    if (finding.code === 'cache-damaged') damages.push(finding.message);
    else places.warn(finding);
  };
  const { credentials, offline } = registries;
  const trust = npmTrust(places, registries);
  const worlds = new Map(
    registries.scopes.map(({ scope, url }) => [
      scope,
      openNpmParts({ url, scope, cacheFolder: join(places.cacheFolder, 'registry'), http, credentials, offline, warn, trust }),
    ]),
  );
  return {
    verify: async (release) => {
      const { npmName, npmVersion } = release;
      const world = worlds.get(npmName.slice(0, npmName.indexOf('/')));
      if (world === undefined) return undefined;
      const parts = await verifyRelease(release, { ...world, offline: offline && !world.url.startsWith('file:') });
      return [
        ...damages.splice(0).map((why): VerifiedPart => ({ what: `what was kept of ${npmName}@${npmVersion}`, verdict: 'wrong', why })),
        ...parts,
      ];
    },
  };
}
