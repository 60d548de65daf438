import { join } from 'node:path';
import type { ContentStore, Digest, Platform, RegistryComponent } from '@moby/model';
import type { FromMirrors } from './open-blob-mirrors.ts';
import type { Download } from './open-payload.ts';

/** Brings a component's payload itself, a tar, into the store, where an image needs only what was made of it. Throws what a fetch throws. */
export async function storePayload(options: {
  readonly component: Pick<RegistryComponent, 'manifest' | 'folder'>;
  readonly platform: Platform;
  readonly store: ContentStore;
  readonly download: Download;
  readonly fromMirrors: FromMirrors;
}): Promise<{ readonly digest: Digest; readonly sizeBytes: number } | undefined> {
  const { component, platform, store, download, fromMirrors } = options;
  const payload = component.manifest.payload.platforms[platform];
  if (payload === undefined) return undefined;
  const stored = { digest: payload.digest, sizeBytes: payload.size };
  if (await store.has(payload.digest)) return stored;
  const [{ derivePayload, openRecipe }, { missingPins }] = await Promise.all([import('@moby/content'), import('./open-payload.ts')]);
  const pins = await missingPins(payload, store);
  if (pins.length > 0) {
    const { name, version } = component.manifest;
    await fromMirrors([{ label: `${name} ${version}`, digest: payload.digest, sizeBytes: payload.size }]);
    if (await store.has(payload.digest)) return stored;
    await download(pins);
  }
  const derived = await derivePayload(openRecipe({ payload, filesFolder: join(component.folder, 'files'), store }));
  await store.write(piecesOf(derived), { expected: payload.digest, sizeBytes: payload.size });
  return stored;
}

async function* piecesOf(tar: { pieces(): Iterable<Uint8Array> }): AsyncGenerator<Uint8Array> {
  yield* tar.pieces();
}
