import type { DebianLocation, DebianSuite, Http } from '@moby/content';
import type { ContentStore } from '@moby/model';
import type { Surroundings } from '../request.ts';
import type { Download } from './open-payload.ts';

/** Debian's archives, as this run may use them; nothing is asked before something is missing. */
export interface Archive {
  readonly download: Download;
  readonly openSuite: (which: { readonly suite: string; readonly architecture: string }) => Promise<DebianSuite>;
  close(): void;
}

/** Where apt's own configuration lies; `MOBY_COMPOSE_APT_FOLDER` names another, for machines that keep theirs elsewhere. */
const aptFolderVariable = 'MOBY_COMPOSE_APT_FOLDER';
/** A file of armored public keys in place of the repository's own: for an archive that signs its own index. */
const keysVariable = 'MOBY_COMPOSE_ARCHIVE_KEYS';

export function openArchive(options: {
  readonly surroundings: Surroundings;
  readonly store: ContentStore;
  readonly isOffline: boolean;
}): Archive {
  const { surroundings, store, isOffline } = options;
  const env = surroundings.environment;
  const aptFolder = env[aptFolderVariable] ?? '/etc/apt';
  let opened: Promise<{ readonly http: Http; readonly locations: readonly DebianLocation[] }> | undefined;
  const open = async (): Promise<{ readonly http: Http; readonly locations: readonly DebianLocation[] }> => {
    const { findLocations, openHttp, proxySettings, readAptConfiguration } = await import('@moby/content');
    const http = openHttp({ proxy: proxySettings(env, await readAptConfiguration(aptFolder)) });
    try {
      return { http, locations: await findLocations({ option: surroundings.debianMirror, env, aptFolder }, http) };
    } catch (error) {
      http.close();
      throw error;
    }
  };
  const once = (): ReturnType<typeof open> => (opened ??= open());
  return {
    download: async (pins) => {
      // An offline run says what it lacks without looking for a mirror.
      const { fetchBlobs, openHttp } = await import('@moby/content');
      const access = isOffline ? undefined : await once();
      const http = access?.http ?? openHttp();
      await fetchBlobs(pins, {
        store,
        locations: () => Promise.resolve(access?.locations ?? []),
        http,
        isOffline,
        progress: surroundings.progress,
      });
    },
    openSuite: async ({ suite, architecture }) => {
      const [{ openSuite }, { http, locations }] = await Promise.all([import('@moby/content'), once()]);
      const keys = await readKeys(env[keysVariable]);
      return openSuite({ suite, component: 'main', architecture, locations, now: surroundings.now(), http, store, keys });
    },
    close: () => {
      void opened?.then(
        ({ http }) => http.close(),
        () => undefined,
      );
    },
  };
}

async function readKeys(file: string | undefined): Promise<readonly string[] | undefined> {
  if (file === undefined || file === '') return undefined;
  const { readFile } = await import('node:fs/promises');
  return [await readFile(file, 'utf8')];
}
