import { readPayload } from '@moby/content';
import { Failure, type ContentStore, type Platform } from '@moby/model';
import type { FromMirrors } from '../../fetch/open-blob-mirrors.ts';
import type { Download } from '../../fetch/open-payload.ts';
import { isSourceVanished } from '../../fetch/refresh-components.ts';
import { storePayload } from '../../fetch/store-payload.ts';
import type { TestedComponent } from './tested-component.ts';

export interface PayloadReach {
  readonly store: ContentStore;
  readonly download: Download;
  readonly fromMirrors: FromMirrors;
}

/**
 * The files and links of a payload by their absolute paths, without copyright files, which are in no root. None where the archive has dropped the
 * package: another one takes its place for this run, and is said. Throws what a fetch throws.
 */
export async function payloadPaths(component: TestedComponent, platform: Platform, reach: PayloadReach): Promise<readonly string[]> {
  try {
    const stored = await storePayload({ component, platform, ...reach });
    if (stored === undefined) return [];
    const bytes = await reach.store.read(stored.digest);
    if (bytes === undefined)
      throw new Failure({ code: 'io', message: `the payload ${stored.digest} has gone from the store`, hints: ['run it again'] });
    return readPayload(bytes).flatMap(({ kind, path }) => (kind === 'directory' || path.startsWith('usr/share/doc/') ? [] : [`/${path}`]));
  } catch (error) {
    if (isSourceVanished(error)) return [];
    throw error;
  }
}
