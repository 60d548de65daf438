import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openLine, type Composed } from '@moby/composer';
import { exportRegistry } from '@moby/registry/export';
import { checkout, scratchFolder, serveFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { ask } from '../../composer/test/line/quiet-surroundings.ts';
import { assembled } from './assembled.ts';
import { ownSurroundings } from './own-library.ts';

/** An assembly in a folder with nothing but assemblies and their locks, with the components of a registry. */
async function assembledFrom(url: string, name: string): Promise<Composed> {
  const folder = scratchFolder();
  await cp(join(checkout, 'assemblies'), join(folder, 'assemblies'), { recursive: true });
  const registries = { scopes: [{ scope: '@moby', url }], offline: false, credentials: () => ({}) };
  const line = await openLine({ ...ownSurroundings(), library: folder, currentFolder: folder, componentFolders: [], registries });
  const judged = await line.compose(ask(name, { policy: { locked: false, offline: false }, out: join(scratchFolder(), 'artifact') }));
  if (!judged.ok) throw new Error(judged.findings.map(({ message }) => message).join('\n'));
  return judged.value;
}

test('redis-os and moby-origin from the library as a web server serves it are the artifacts that its folders give', async () => {
  const to = join(scratchFolder(), 'registry');
  const components = join(checkout, 'components');
  const lines = (await readdir(components, { recursive: true, withFileTypes: true })).flatMap(({ name, parentPath: folder }) =>
    name === 'package.json' ? [{ folder, label: folder }] : [],
  );
  await exportRegistry({ lines, to });
  const served = await serveFolder(to);
  try {
    for (const name of ['redis-os', 'moby-origin']) {
      const fromRegistry = await assembledFrom(served.url, name);
      expect(fromRegistry.artifact).toEqual((await assembled(name)).artifact);
      expect([...fromRegistry.resolution.components.values()].filter(({ origin }) => origin === undefined)).toEqual([]);
    }
  } finally {
    await served.close();
  }
});
