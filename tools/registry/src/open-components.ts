import { join } from 'node:path';
import type { Diagnostic, Registry } from '@moby/model';
import type { KnownKeys, TrustFiles } from './npm/trusted-keys.ts';
import { openOverlayRegistry } from './overlay-registry.ts';
import { openRankedRegistry } from './ranked-registry.ts';
import { openWorkspaceRegistry } from './workspace-registry.ts';

/** Registries that speak npm's protocol, and how they are asked. */
export interface RegistryPlaces {
  /** Of each scope one, as `@moby`; the first that knows a bare name has it alone. */
  readonly scopes: readonly { readonly scope: string; readonly url: string }[];
  /** What an address is told of who asks. */
  readonly credentials: (url: URL) => Readonly<Record<string, string>>;
  /** Nothing is asked: what was kept is all that is known. */
  readonly offline: boolean;
  /** New keys of registries and owners that are good, by their keyids: somebody has asked. */
  readonly acceptedKeys?: readonly string[] | undefined;
}

export interface ComponentPlaces {
  /** Folders of components, nearest first; `label` is what messages call them. */
  readonly folders: readonly { readonly folder: string; readonly label: string }[];
  /** What isn't in a folder comes from these. */
  readonly registries: RegistryPlaces | undefined;
  /** Where what registries said and gave is kept, below `registry/`. */
  readonly cacheFolder: string;
  /** Where it stands whose signatures count. */
  readonly trustFiles: TrustFiles;
  /** The keys that the owners of a package sign with, by npm's name of it, where their OWNERS.yaml is at hand. */
  readonly ownersKeys: (npmName: string) => Promise<KnownKeys | undefined>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly warn: (finding: Diagnostic) => void;
}

/** The components of folders, and of registries behind them: a name that a folder has is asked of no registry. */
export async function openComponents(places: ComponentPlaces): Promise<Registry> {
  const folders = openOverlayRegistry(places.folders.map(openWorkspaceRegistry));
  const { registries } = places;
  if (registries === undefined) return folders;
  const behind = await openRegistries(places, registries);
  return openRankedRegistry(places.folders.length === 0 ? behind : [folders, ...behind]);
}

async function openRegistries(places: ComponentPlaces, registries: RegistryPlaces): Promise<readonly Registry[]> {
  const { cacheFolder, environment, warn } = places;
  const { scopes, credentials, offline } = registries;
  const [{ npmTrust, openNpmRegistry }, { openHttp, proxySettings }] = await Promise.all([
    import('./npm/index.ts'),
    import('@moby/content'),
  ]);
  const http = openHttp({ proxy: proxySettings(environment, new Map()) });
  const trust = npmTrust(places, registries);
  return scopes.map(({ scope, url }) =>
    openNpmRegistry({ url, scope, cacheFolder: join(cacheFolder, 'registry'), http, credentials, offline, warn, trust }),
  );
}
