import { join } from 'node:path';
import { parseComponentName, parseVersion } from '@moby/model';
import { openComponents } from '@moby/registry';
import { scratchFolder } from '@moby/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startScratchRegistry, type ScratchRegistry } from './scratch-registry.ts';
import { writeComponent } from './write-component.ts';

let own: ScratchRegistry;
let other: ScratchRegistry;
let folder: string;

beforeEach(async () => {
  folder = scratchFolder();
  [own, other] = [await startScratchRegistry(), await startScratchRegistry()];
});
afterEach(async () => {
  await own.close();
  await other.close();
});

async function publish(registry: ScratchRegistry, component: Parameters<typeof writeComponent>[1]): Promise<void> {
  const source = join(scratchFolder(), component.name);
  writeComponent(source, component);
  await registry.publish(source);
}

test('a newer version that another registry offers under the same name is never asked for', async () => {
  writeComponent(join(folder, 'components/yajl/2.1'), { name: 'yajl', upstream: '2.1.0' });
  await publish(own, { name: 'zlib', upstream: '1.3.1' });
  await publish(other, { name: 'app', scope: '@acme', upstream: '1.0.0' });
  for (const scope of ['@moby', '@acme']) for (const name of ['zlib', 'yajl']) await publish(other, { name, scope, upstream: '99.0.0' });
  const registry = await openComponents({
    folders: [{ folder: join(folder, 'components'), label: 'components' }],
    registries: {
      scopes: [
        { scope: '@moby', url: own.url },
        { scope: '@acme', url: other.url },
      ],
      credentials: () => ({}),
      offline: false,
    },
    cacheFolder: join(folder, 'cache'),
    trustFiles: { project: undefined, own: join(folder, 'trusted.json') },
    ownersKeys: () => Promise.resolve(undefined),
    environment: {},
    warn: (finding) => expect.fail(finding.message),
  });
  const versionsOf = (text: string): Promise<unknown> => registry.versions(parseComponentName(text) ?? expect.fail(text));
  expect(await versionsOf('zlib')).toEqual([parseVersion('1.3.1+r1')]);
  expect(await versionsOf('yajl')).toEqual([parseVersion('2.1.0+r1')]);
  expect(await versionsOf('app')).toEqual([parseVersion('1.0.0+r1')]);
  const documents = ({ asked }: ScratchRegistry): readonly string[] =>
    asked.map(({ path }) => decodeURIComponent(path)).filter((path) => /^\/@[a-z]+\/[a-z]+$/.test(path));
  expect([documents(own), documents(other)]).toEqual([['/@moby/zlib', '/@moby/app'], ['/@acme/app']]);
});
