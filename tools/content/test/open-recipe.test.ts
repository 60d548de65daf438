import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { derivePayload, openContentStore, openRecipe, readSourceFiles } from '@moby/content';
import type { PlatformPayload } from '@moby/model';
import { scratchFolder, writeDeb } from '@moby/testkit';
import { expect, test } from 'vitest';
import { failureOf } from './archive-world.ts';

test("a manifest's payload is derived from the store and the component's folder, whatever the order of its files", async () => {
  const folder = scratchFolder();
  const store = openContentStore(join(folder, 'store'));
  const deb = await writeDeb({ package: 'tool', version: '1' });
  const { digest } = await store.write(deb);
  for (const name of ['z', 'a', 'sub/b']) {
    mkdirSync(join(folder, 'files/usr/lib/sub'), { recursive: true });
    writeFileSync(join(folder, 'files/usr/lib', name), name, { mode: 0o600 });
  }
  const payload: PlatformPayload = {
    sources: [
      {
        kind: 'deb',
        package: 'tool',
        suite: 'trixie',
        version: '1',
        sha256: digest.slice(7),
        size: deb.length,
        path: 'pool/main/t/tool/tool_1_amd64.deb',
        source: 'tool',
        sourceVersion: '1',
        keep: [],
      },
      { kind: 'files', executable: ['lib/a'] },
    ],
    links: { init: 'usr/lib/a' },
    directories: { tmp: '1777' },
    joins: { 'etc/all': 'usr/lib/sub/*' },
    digest,
    size: 0,
  };
  const { entries } = await derivePayload(openRecipe({ payload, filesFolder: join(folder, 'files'), store }));
  expect(entries.map((entry) => `${entry.path} ${entry.mode.toString(8)}`)).toEqual([
    'etc 755',
    'etc/all 644',
    'init 777',
    'tmp 1777',
    'usr 755',
    'usr/lib 755',
    'usr/lib/a 755',
    'usr/lib/z 644',
    'usr/share 755',
    'usr/share/doc 755',
    'usr/share/doc/tool 755',
    'usr/share/doc/tool/copyright 644',
  ]);
  const empty = openContentStore(join(folder, 'empty'));
  expect(await failureOf(derivePayload(openRecipe({ payload, filesFolder: join(folder, 'files'), store: empty })))).toMatchObject({
    code: 'not-found',
    message: 'the package `tool` 1 is not in the store',
  });
});

test('refuses links in `files/` and says where the folder is missing', async () => {
  const folder = scratchFolder();
  symlinkSync('/etc/passwd', join(folder, 'link'));
  expect((await failureOf(readSourceFiles(folder))).message.replace(folder, 'FOLDER')).toBe('`FOLDER/link` is no regular file');
  expect((await failureOf(readSourceFiles(join(folder, 'files')))).code).toBe('not-found');
});
