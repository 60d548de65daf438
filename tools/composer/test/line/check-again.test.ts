import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outlineOf } from '@moby/composer';
import { checkAgain, rememberCheck, type CheckOutline, type Question } from '@moby/composer/again';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { told } from '../author/scratch-component.ts';
import { expectForgotten, readByBoth } from './other-bytes.ts';
import { questionOf } from './question-of.ts';
import { ask } from './quiet-surroundings.ts';
import { scratchLibrary, service, type ScratchLibrary } from './scratch-library.ts';

const web = 'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n  - component: app\n';

interface World {
  readonly library: ScratchLibrary;
  readonly outline: CheckOutline;
  readonly again: (question?: Partial<Question>) => Promise<CheckOutline | undefined>;
  readonly store: string;
}

/** A check that has passed, and was kept. */
async function checked({ begunMs = Infinity, cache = scratchFolder() } = {}): Promise<World> {
  const library = await scratchLibrary();
  await library.add(service('app', '1.0.0'));
  await library.add(service('other', '1.0.0'));
  await library.assembly('web', web);
  const line = await library.open({ store: cache });
  const request = ask('web');
  const question = questionOf(request, library.folder);
  const judged = await line.check(request);
  if (!judged.ok) throw new Error(told(judged.findings));
  const outline = outlineOf(judged.value, 'linux/amd64', judged.findings);
  await rememberCheck(question, { checked: judged.value, outline, store: line.store, begunMs });
  const progress = { step: (): void => undefined };
  const again: World['again'] = (other) => checkAgain({ ...question, ...other }, { environment: { XDG_CACHE_HOME: cache }, progress });
  return { library, outline, again, store: line.store.folder };
}

describe('a check of the same inputs', () => {
  test('says the same again', async () => {
    const { outline, again } = await checked();
    expect(outline.verdict.edges.length).toBeGreaterThan(0);
    expect(await again()).toEqual(outline);
  });

  test('is another question with other flags', async () => {
    const { again } = await checked();
    expect(await again({ variation: { with: ['other'], without: [], replace: [] } })).toBeUndefined();
    expect(await again({ policy: { locked: true, offline: false } })).toBeUndefined();
  });

  test.each(readByBoth)('is judged anew where %s has changed, even with the same size and time', async (_, path) => {
    const { library, again } = await checked();
    await expectForgotten({ library: library.folder, path }, () => again());
  });

  test('is judged anew where a lock has come, and where a component has come to the library', async () => {
    const { library, again } = await checked();
    const lock = join(library.folder, 'assemblies/web/assembly.lock.json');
    await writeFile(lock, '{}\n');
    expect(await again()).toBeUndefined();
    await rm(lock);
    expect(await again()).toBeDefined();
    await library.add(service('app', '1.1.0'));
    expect(await again()).toBeUndefined();
  });

  test('is not kept where something was written while it went on', async () => {
    expect(await (await checked({ begunMs: 0 })).again()).toBeUndefined();
  });

  test('is judged anew where its memory is damaged', async () => {
    const { again, store } = await checked();
    const folder = join(store, 'memory', 'checks');
    for (const name of await readdir(folder)) await writeFile(join(folder, name), '{"key":');
    expect(await again()).toBeUndefined();
  });

  test('passes where the store can not be written to, and keeps nothing', async () => {
    const file = join(scratchFolder(), 'a-file');
    await writeFile(file, '');
    expect(await (await checked({ cache: file })).again()).toBeUndefined();
  });
});
