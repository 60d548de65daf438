import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openLine, type Checked, type Line, type Lockfile } from '@moby/composer';
import { exportRegistry } from '@moby/registry/export';
import { checkout, removeFolder, scratchFolder, serveFolder, temporaryFolder, type ServedFolder } from '@moby/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { told } from '../author/scratch-component.ts';
import { ask, quietSurroundings } from './quiet-surroundings.ts';

const components = join(checkout, 'components');
let served: ServedFolder;
let scratch = '';

beforeAll(async () => {
  scratch = temporaryFolder();
  const to = join(scratch, 'registry');
  const lines = (await readdir(components, { recursive: true, withFileTypes: true })).flatMap(({ name, parentPath: folder }) =>
    name === 'package.json' ? [{ folder, label: folder }] : [],
  );
  await exportRegistry({ lines, to });
  served = await serveFolder(to);
});
afterAll(async () => {
  await served.close();
  await removeFolder(scratch);
});

/** A folder with nothing but assemblies, and the locks beside them where they are wanted. */
async function emptyFolder(locks: boolean): Promise<string> {
  const folder = scratchFolder();
  for (const name of ['minimal', 'moby-origin', 'redis-os']) {
    await cp(join(checkout, 'assemblies', name), join(folder, 'assemblies', name), { recursive: true });
    if (!locks) await rm(join(folder, 'assemblies', name, 'assembly.lock.json'));
  }
  return folder;
}

function open(folder: string, from: 'registry' | 'workspace'): Promise<Line> {
  const registries = { scopes: [{ scope: '@moby', url: served.url }], offline: false, credentials: () => ({}) };
  return openLine(
    quietSurroundings(folder, {
      environment: { XDG_CACHE_HOME: join(folder, 'cache') },
      warn: (finding) => expect(finding).toBeUndefined(),
      ...(from === 'registry' ? { registries } : { componentFolders: [components] }),
    }),
  );
}

async function check(line: Promise<Line>, assembly: string, locked = false): Promise<Checked> {
  const judged = await (await line).check(ask(assembly, { policy: { locked, offline: false } }));
  if (!judged.ok) throw new Error(told(judged.findings));
  return judged.value;
}

function withoutOrigins({ components: all, ...lock }: Lockfile): unknown {
  return { ...lock, components: Object.fromEntries(Object.entries(all).map(([id, { origin: _origin, ...rest }]) => [id, rest])) };
}

test.each(['redis-os', 'moby-origin'])('%s has the same lock and verdict from the served library as from its folders', async (assembly) => {
  const folder = await emptyFolder(false);
  const fromRegistry = await check(open(folder, 'registry'), assembly);
  const fromWorkspace = await check(open(folder, 'workspace'), assembly);
  expect(withoutOrigins(fromRegistry.lock)).toEqual(withoutOrigins(fromWorkspace.lock));
  expect(fromRegistry.verdict).toEqual(fromWorkspace.verdict);
  expect(Object.values(fromRegistry.lock.components).filter(({ origin }) => origin === undefined)).toEqual([]);
});

test.each(['redis-os', 'moby-origin'])('the lock of %s in this repository holds for the served library', async (assembly) => {
  const folder = await emptyFolder(true);
  expect((await check(open(folder, 'registry'), assembly, true)).lockState).toBe('same');
});

test('of the library only what redis-os can come to need is asked for, and only what is chosen is fetched', async () => {
  const folder = await emptyFolder(true);
  served.asked.splice(0);
  const { lock } = await check(open(folder, 'registry'), 'redis-os');
  const tarballs = served.asked.filter((path) => path.startsWith('/tarballs/'));
  expect(tarballs.sort()).toEqual(
    Object.values(lock.components)
      .flatMap(({ origin }) => (origin === undefined ? [] : [`/tarballs/${origin.package.replace(/@(?=[^@]*$)/, '-')}.tgz`]))
      .sort(),
  );
  const packuments = served.asked.filter((path) => path.startsWith('/@moby/'));
  expect(packuments.length).toBeLessThan((await readdir(components)).length / 2);
  expect(new Set(served.asked).size).toBe(served.asked.length);
});
