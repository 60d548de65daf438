import { join } from 'node:path';
import { openContentStore, openRecipe, derivePayload, writePayload } from '@moby/content';
import { scratchFolder } from '@moby/testkit';
import { readManifest } from '@moby/registry';
import { expect, test } from 'vitest';
import { ask } from '../line/quiet-surroundings.ts';
import { scratchLibrary, service, type ScratchLibrary } from '../line/scratch-library.ts';

const web = 'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n  - component: app\n';

/** A library, and a store that has the payload of its service already, as from a mirror. */
async function stored(): Promise<{ readonly library: ScratchLibrary; readonly store: string }> {
  const library = await scratchLibrary();
  await library.add(service('app', '1.0.0'));
  await library.assembly('web', web);
  const folder = join(library.folder, 'components/app/1.0');
  const payload = (await readManifest(folder, 'app')).payload.platforms['linux/amd64'];
  if (payload === undefined) throw new Error('app has no payload');
  const cache = scratchFolder();
  const store = openContentStore(join(cache, 'moby-compose'));
  const derived = await derivePayload(openRecipe({ payload, filesFolder: join(folder, 'files'), store }));
  const pieces = Buffer.concat([...writePayload(derived.entries).pieces()]);
  await store.write(pieces, { expected: payload.digest });
  return { library, store: cache };
}

test('gives the artifact that a derived one gives', async () => {
  const { library, store } = await stored();
  const [fromStore, derived] = [await library.open({ store }), await library.open()];
  const artifacts = [await fromStore.compose(ask('web')), await derived.compose(ask('web'))].map((judged) =>
    judged.ok ? judged.value.artifact.files : judged.findings,
  );
  expect(artifacts[0]).toEqual(artifacts[1]);
});

test('is held against its facts all the same', async () => {
  const { library, store } = await stored();
  await library.teach('app/1.0', { unpackedBytes: 1 });
  const line = await library.open({ store });
  await expect(line.compose(ask('web'))).rejects.toThrow('its facts.json is not what its payload’s bytes say');
});
