import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openContentStore, readPayload } from '@moby/content';
import type { ContentStore, Judged } from '@moby/model';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { storeTestFiles, type TestFiles } from '../../src/build/test-files.ts';
import { told } from '../author/scratch-component.ts';
import { ask } from '../line/quiet-surroundings.ts';
import { scratchLibrary, service } from '../line/scratch-library.ts';

interface Stored {
  readonly judged: Judged<TestFiles>;
  readonly store: ContentStore;
}

const scripts = {
  'engine.ts': 'engine\n',
  'after.mjs': 'after\n',
  'api.mts': 'api\n',
  'other/api.mts': 'another api\n',
  'other/test-2-after.mjs': 'mine\n',
};

async function stored(expectations: readonly string[]): Promise<Stored> {
  const library = await scratchLibrary();
  await library.add(service('app', '1.0.0'));
  const head = 'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n  - component: app\nexpect:\n';
  await library.assembly('web', `${head}${expectations.map((one) => `  - { ${one}, within: 5s }\n`).join('')}`);
  const folder = join(library.folder, 'assemblies/web');
  await mkdir(join(folder, 'other'));
  for (const [path, text] of Object.entries(scripts)) await writeFile(join(folder, path), text);
  const checked = await (await library.open()).check(ask('web'));
  if (!checked.ok) throw new Error(told(checked.findings));
  const { assembly, resolution } = checked.value;
  const store = openContentStore(scratchFolder());
  const download = (): Promise<never> => Promise.reject(new Error('nothing is to be downloaded'));
  return { judged: await storeTestFiles({ assembly, resolution, platform: 'linux/amd64', store, download, fromMirrors: download }), store };
}

function filesOf({ judged }: Stored): TestFiles {
  if (!judged.ok) throw new Error(told(judged.findings));
  return judged.value;
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('what a test needs', () => {
  test('are its scripts in their order, under names that Node takes for modules, and what they import under their own', async () => {
    const made = filesOf(
      await stored(['console: ready', 'script: engine.ts, imports: [api.mts]', 'script: after.mjs, imports: [api.mts]']),
    );
    expect(made.files).toEqual([
      { role: 'test', name: 'test-2-engine.mts', sizeBytes: 7, digest: digestOf('engine\n') },
      { role: 'test', name: 'api.mts', sizeBytes: 4, digest: digestOf('api\n') },
      { role: 'test', name: 'test-3-after.mjs', sizeBytes: 6, digest: digestOf('after\n') },
    ]);
    expect(made.expect).toEqual([
      { kind: 'console', contains: 'ready', withinMs: 5000 },
      { kind: 'script', script: 'engine.ts', file: 'test-2-engine.mts', payloads: [], withinMs: 5000 },
      { kind: 'script', script: 'after.mjs', file: 'test-3-after.mjs', payloads: [], withinMs: 5000 },
    ]);
  });

  test('are payloads of the assembly’s components, as tars that are in the store', async () => {
    const made = await stored(['script: engine.ts, payloads: [app, busybox]', 'script: after.mjs, payloads: [app]']);
    const { files, expect: judged } = filesOf(made);
    expect(files.map(({ name }) => name)).toEqual(['test-1-engine.mts', 'payload-app.tar', 'payload-busybox.tar', 'test-2-after.mjs']);
    expect(judged[1]).toMatchObject({ payloads: [{ component: 'app', file: 'payload-app.tar' }] });
    const tars = await Promise.all(files.map(async ({ digest }) => made.store.read(digest)));
    expect(tars.map((bytes) => bytes?.length)).toEqual(files.map(({ sizeBytes }) => sizeBytes));
    expect(readPayload(tars[1] ?? Buffer.alloc(0)).map(({ path }) => path)).toContain('usr/bin/app');
  });
});

describe('what can’t be', () => {
  const refused = async (...expectations: readonly string[]): Promise<readonly string[]> => {
    const { judged } = await stored(expectations);
    return judged.ok ? [] : judged.findings.map(({ code, message, place }) => `${code} ${place?.line}: ${message}`);
  };

  test('is the payload of a component that the assembly doesn’t have', async () => {
    expect(await refused('script: engine.ts, payloads: [app, runc, redis]')).toEqual([
      'invalid-assembly 7: a script asks for the payload of `runc`, which is in no root of this assembly',
      'invalid-assembly 7: a script asks for the payload of `redis`, which is in no root of this assembly',
    ]);
  });

  test('are two files of one name in the artifact’s folder, imported or made', async () => {
    const twice = (name: string): string =>
      `invalid-assembly 8: scripts and what they import lie in one folder of the artifact, and two of them would be called \`${name}\``;
    expect(await refused('script: engine.ts, imports: [api.mts]', 'script: after.mjs, imports: [other/api.mts]')).toEqual([
      twice('api.mts'),
    ]);
  });
});
