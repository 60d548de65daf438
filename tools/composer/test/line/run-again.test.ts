import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rememberRun, runAgain, type RunOutline, type Question } from '@moby/composer/again';
import type { Line } from '@moby/composer';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { told } from '../author/scratch-component.ts';
import { expectForgotten, readByBoth } from './other-bytes.ts';
import { questionOf } from './question-of.ts';
import { ask } from './quiet-surroundings.ts';
import { scratchLibrary, service, type ScratchLibrary } from './scratch-library.ts';

const web =
  'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n  - component: app\nfiles:\n  - { path: /etc/motd, source: motd }\n';

const verdicts: RunOutline['verdicts'] = { ok: 1, info: 0, warn: 0, silent: 0, error: 0, unknown: 0 };

interface World {
  readonly library: ScratchLibrary;
  readonly line: Line;
  readonly question: Question;
  readonly again: () => Promise<RunOutline | undefined>;
}

/** A run that was made, and is remembered. */
async function remembered(assembly = web): Promise<World> {
  const library = await scratchLibrary();
  await library.add(service('app', '1.0.0'));
  await library.add(service('other', '1.0.0'));
  await library.assembly('web', assembly);
  await writeFile(join(library.folder, 'assemblies/web/motd'), 'hello\n');
  const store = scratchFolder();
  await compose(await library.open({ store }));
  const line = await library.open({ store });
  const question = questionOf(ask('web'), library.folder);
  const composed = await compose(line);
  await rememberRun(question, {
    composed,
    verdicts,
    store: line.store,
    begunMs: Infinity,
  });
  const again = (): ReturnType<typeof runAgain> =>
    runAgain(question, { environment: { XDG_CACHE_HOME: store }, progress: { step: () => undefined }, begin: () => undefined });
  return { library, line, question, again };
}

async function compose(line: Line): ReturnType<typeof composedOf> {
  return composedOf(await line.compose(ask('web')));
}

async function composedOf(judged: Awaited<ReturnType<Line['compose']>>): Promise<Extract<typeof judged, { readonly ok: true }>['value']> {
  if (!judged.ok) throw new Error(told(judged.findings));
  return judged.value;
}

describe('a run that was made before', () => {
  test('gives the same artifact again, and writes it where it is missing', async () => {
    const { again } = await remembered();
    const first = await again();
    expect(first).toMatchObject({ unchanged: true, lockState: 'unchanged', assembly: { name: 'web' } });
    const folder = first?.folder ?? '';
    const initrd = await readFile(join(folder, 'initrd.img'));
    await rm(folder, { recursive: true });
    expect(await again()).toMatchObject({ unchanged: false });
    expect(await readFile(join(folder, 'initrd.img'))).toEqual(initrd);
  });

  test('is written to another folder where that is asked for', async () => {
    const { line, question } = await remembered();
    const composed = await compose(line);
    const [one, other] = [scratchFolder(), scratchFolder()];
    await rememberRun({ ...question, out: one }, { composed, verdicts, store: line.store, begunMs: Infinity });
    const environment = { XDG_CACHE_HOME: join(line.store.folder, '..') };
    const again = await runAgain({ ...question, out: other }, { environment, progress: { step: () => undefined }, begin: () => undefined });
    expect(again).toMatchObject({ folder: other, unchanged: false });
    expect(await readFile(join(other, 'initrd.img'))).toEqual(await readFile(join(composed.folder, 'initrd.img')));
  });

  const read: typeof readByBoth = [
    ...readByBoth,
    ['the lock', 'assemblies/web/assembly.lock.json'],
    ['a file that the assembly names', 'assemblies/web/motd'],
  ];

  test.each(read)('is not the answer where %s has changed, even with the same size and time', async (_, path) => {
    const { library, again } = await remembered();
    await expectForgotten({ library: library.folder, path }, () => again());
  });

  test('is not the answer where a component has come to the library', async () => {
    const { library, again } = await remembered();
    await library.add(service('app', '1.1.0'));
    expect(await again()).toBeUndefined();
  });

  test('is not the answer where the store has lost a segment', async () => {
    const { line, again } = await remembered();
    const { made } = await compose(line);
    await rm((await line.store.pathOf(made.initrd[0] ?? made.kernel)) ?? '');
    expect(await again()).toBeUndefined();
  });

  test('writes its disk again, and is not the answer where the store has lost a part of that', async () => {
    const { line, again } = await remembered(`${web}layout: disk\n`);
    const composed = await compose(line);
    const disk = join(composed.folder, 'trees.erofs');
    const bytes = await readFile(disk);
    await rm(composed.folder, { recursive: true });
    expect(await again()).toMatchObject({ unchanged: false, artifact: composed.artifact });
    expect(await readFile(disk)).toEqual(bytes);
    await rm((await line.store.pathOf(composed.made.disk.at(-1) ?? composed.made.kernel)) ?? '');
    expect(await again()).toBeUndefined();
  });

  test('is not kept where something was written while it went on', async () => {
    const { line, question, library } = await remembered();
    await writeFile(join(library.folder, 'assemblies/web/motd'), 'other\n');
    const fresh = { ...question, level: 4 };
    await rememberRun(fresh, {
      composed: await compose(line),
      verdicts,
      store: line.store,
      begunMs: 0,
    });
    const cache = join(line.store.folder, '..');
    expect(
      await runAgain(fresh, { environment: { XDG_CACHE_HOME: cache }, progress: { step: () => undefined }, begin: () => undefined }),
    ).toBeUndefined();
  });
});
