import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseComponentName, type ComponentName } from '@moby/model';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { writeBelow } from '../../registry/test/write-component.ts';
import { pageRecords } from '../src/page/page-records.ts';
import { storedPackages } from '../src/page/stored-packages.ts';

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  for (const name of ['zlib', 'yajl', 'odd'])
    writeBelow(join(folder, 'packages/@moby', name), {
      'package.json': JSON.stringify({
        name: `@moby/${name}`,
        versions: {},
        'dist-tags': { latest: '1.3.101', beta: 'none', next: '1.0.0-rc.1.r2' },
        time: { created: '2026-01-01T00:00:00.000Z', '1.3.101': '2026-11-29T17:00:00.000Z', '1.3.102': 'yesterday' },
        maintainers: [{ name: 'carol' }, 'mike', { name: 7 }],
      }),
    });
  writeBelow(join(folder, 'packages/@moby/broken'), { 'package.json': '{"name": "@moby/bro' });
  writeBelow(join(folder, 'library/components'), {
    'zlib/OWNERS.yaml':
      'lifecycle: maintained\nmaintainers:\n  - name: Zora\n    email: zora@example.org\n  - name: Zed\n    github: zed\n',
    'odd/OWNERS.yaml': 'lifecycle: [nobody\n',
  });
});
afterAll(() => removeFolder(folder));

const named = (text: string): ComponentName => parseComponentName(text) ?? expect.fail(text);
const packages = (): ReturnType<typeof storedPackages> =>
  storedPackages({ packages: join(folder, 'packages'), label: 'here', scopes: ['@moby', '@acme'], library: undefined });

test('tags and dates are those of the package, as the library calls its versions', async () => {
  expect(await pageRecords(packages(), undefined)(named('yajl'))).toEqual({
    tags: { latest: '1.3.1+r1', next: '1.0.0-rc.1+r2' },
    published: { '1.3.1+r1': '2026-11-29T17:00:00.000Z' },
    maintainers: [{ name: 'carol' }],
  });
});

test('who answers for a component is the library’s word, where it has one', async () => {
  const record = pageRecords(packages(), join(folder, 'library'));
  expect(await record(named('zlib'))).toMatchObject({
    lifecycle: 'maintained',
    maintainers: [
      { name: 'Zora', email: 'zora@example.org' },
      { name: 'Zed', github: 'zed' },
    ],
    tags: { latest: '1.3.1+r1' },
  });
  for (const name of ['yajl', 'odd']) expect((await record(named(name))).maintainers, name).toEqual([{ name: 'carol' }]);
});

test('a document that is damaged is no package', async () => {
  expect(await packages().names()).toEqual(['@moby/broken', '@moby/odd', '@moby/yajl', '@moby/zlib']);
  expect(await packages().packument('@moby/broken')).toBeUndefined();
  expect(await pageRecords(packages(), undefined)(named('broken'))).toEqual({});
});
