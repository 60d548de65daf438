import { readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openHttp } from '@moby/content';
import { Failure, parseComponentName, parseVersion, type Diagnostic, type Registry } from '@moby/model';
import { treeDigest } from '@moby/registry';
import { exportRegistry, type ExportedVersion } from '@moby/registry/export';
import { openNpmRegistry } from '@moby/registry/npm';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { makeSigningKey, readPublicKeys, readSigningKey, verifyDocument } from '@moby/trust';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeBelow, writeComponent } from './write-component.ts';

let folder = '';
let warnings: Diagnostic[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  warnings = [];
  writeComponent(join(folder, 'components/zlib/1.2'), {
    name: 'zlib',
    upstream: '1.2.13',
    revision: 2,
    manifest: { provides: { 'api:zlib': '1.2.13' }, proven: { provides: { 'soname:libz.so.1': '1.2.13' } } },
  });
  writeComponent(join(folder, 'components/zlib/1.3'), { name: 'zlib', upstream: '1.3.1' });
  writeComponent(join(folder, 'components/yajl/2.1'), { name: 'yajl', upstream: '2.1.0' });
  writeBelow(join(folder, 'components/zlib'), { 'README.md': '# zlib\n', 'OWNERS.yaml': 'lifecycle: maintained\n' });
});
afterEach(() => removeFolder(folder));

function exported(lines = ['zlib/1.2', 'zlib/1.3', 'yajl/2.1'], to = 'registry'): Promise<readonly ExportedVersion[]> {
  return exportRegistry({
    lines: lines.map((line) => ({ folder: join(folder, 'components', line), label: `components/${line}` })),
    to: join(folder, to),
  });
}

function open(to = 'registry'): Registry {
  return openNpmRegistry({
    url: pathToFileURL(join(folder, to)).href,
    scope: '@moby',
    cacheFolder: join(folder, 'cache'),
    http: openHttp(),
    credentials: () => ({}),
    offline: true,
    warn: (finding) => void warnings.push(finding),
  });
}

/** Every file of an exported registry, with its bytes. */
function files(to = 'registry'): Readonly<Record<string, string>> {
  const paths = readdirSync(join(folder, to), { recursive: true, encoding: 'utf8' }).sort();
  const isFile = (path: string): boolean => statSync(join(folder, to, path)).isFile();
  return Object.fromEntries(paths.filter(isFile).map((path) => [path, readFileSync(join(folder, to, path), 'base64')]));
}

function documentOf(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'registry', path), 'utf8'));
}

const zlib = parseComponentName('zlib') ?? expect.fail();
const newest = parseVersion('1.3.1+r1') ?? expect.fail();

async function refusal(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.catch((cause: unknown) => cause);
  return error instanceof Failure ? error : expect.fail('it was not refused');
}

test('what was exported is a registry with the same components', async () => {
  await exported();
  const registry = open();
  expect(await registry.names()).toEqual(['yajl', 'zlib']);
  expect(await registry.versions(zlib)).toEqual(['1.2.13+r2', '1.3.1+r1']);
  expect(await registry.line(zlib, newest)).toBe('1.3');
  expect(await registry.providers('api:zlib')).toEqual(['zlib']);
  expect(await registry.providers('soname:libz.so.1')).toEqual(['zlib']);
  expect((await registry.component(zlib, newest)).tree).toBe(treeDigest(join(folder, 'components/zlib/1.3')));
  expect(warnings).toEqual([]);
});

test('README and owners lie beside the lines, and travel with the component', async () => {
  await exported();
  expect(documentOf('@moby/zlib')).toMatchObject({
    'dist-tags': { latest: '1.3.101', 'line-1.2': '1.2.1302', 'line-1.3': '1.3.101' },
    readme: '# zlib\n\n## OWNERS.yaml\n\n```yaml\nlifecycle: maintained\n```\n',
    readmeFilename: 'README.md',
  });
  expect(documentOf('@moby/yajl')['readme']).toBeUndefined();
});

test('the same components give the same bytes, in whichever order and folder', async () => {
  await exported();
  await exported(['yajl/2.1', 'zlib/1.3', 'zlib/1.2'], 'other');
  await exported(['zlib/1.3'], 'grown');
  await exported(['zlib/1.2', 'yajl/2.1', 'zlib/1.3'], 'grown');
  expect(files('other')).toEqual(files());
  expect(files('grown')).toEqual(files());
});

test('what is as it was is not written again', async () => {
  await exported();
  const tarball = join(folder, 'registry/tarballs/@moby/zlib-1.3.101.tgz');
  utimesSync(tarball, 1, 1);
  utimesSync(join(folder, 'registry/@moby/zlib'), 1, 1);
  const again = await exported();
  expect(again.map(({ package: id, state }) => `${id} ${state}`)).toEqual([
    '@moby/yajl@2.1.1 as before',
    '@moby/zlib@1.2.1302 as before',
    '@moby/zlib@1.3.101 as before',
  ]);
  expect([statSync(tarball).mtimeMs, statSync(join(folder, 'registry/@moby/zlib')).mtimeMs]).toEqual([1000, 1000]);
});

test('versions that have gone from the library stay, and the line goes on', async () => {
  await exported();
  writeComponent(join(folder, 'components/zlib/1.3'), { name: 'zlib', upstream: '1.3.2' });
  rmSync(join(folder, 'components/yajl'), { recursive: true });
  await exported(['zlib/1.3']);
  const registry = open();
  expect(await registry.names()).toEqual(['yajl', 'zlib']);
  expect(await registry.versions(zlib)).toEqual(['1.2.13+r2', '1.3.1+r1', '1.3.2+r1']);
  expect(await registry.providers('api:zlib')).toEqual(['zlib']);
  expect(documentOf('@moby/zlib')['dist-tags']).toEqual({ latest: '1.3.201', 'line-1.2': '1.2.1302', 'line-1.3': '1.3.201' });
});

test('a version with other content is refused with the revision that it needs, and nothing is written', async () => {
  await exported();
  const before = files();
  writeBelow(join(folder, 'components/zlib/1.3'), { 'files/usr/share/hello': 'changed\n' });
  writeComponent(join(folder, 'components/yajl/2.1'), { name: 'yajl', upstream: '2.2.0' });
  const { code, message, findings } = await refusal(exported());
  expect({ code, message, findings }).toEqual({
    code: 'invalid-input',
    message: `\`${folder}/registry\` has a version with other content: what was published never changes`,
    findings: [
      {
        severity: 'error',
        code: 'version-frozen',
        message: '`components/zlib/1.3` is not what was exported as @moby/zlib@1.3.101',
        hints: ['raise the revision of zlib: `"version": "1.3.102"` in `components/zlib/1.3/package.json`'],
      },
    ],
  });
  expect(files()).toEqual(before);
});

test('a tarball that was lost or damaged is written again', async () => {
  await exported();
  const before = files();
  rmSync(join(folder, 'registry/tarballs/@moby/zlib-1.3.101.tgz'));
  writeFileSync(join(folder, 'registry/tarballs/@moby/yajl-2.1.1.tgz'), 'no tarball');
  await exported();
  expect(files()).toEqual(before);
});

test('of two folders with one version the first counts', async () => {
  writeComponent(join(folder, 'components/mine/1.3'), { name: 'zlib', upstream: '1.3.1', files: { 'usr/share/hello': 'mine\n' } });
  const versions = await exported(['mine/1.3', 'zlib/1.3']);
  expect(versions).toHaveLength(1);
  expect((await open().component(zlib, newest)).tree).toBe(treeDigest(join(folder, 'components/mine/1.3')));
});

test('a folder that holds something else is left alone', async () => {
  writeBelow(join(folder, 'registry'), { 'notes.txt': 'mine' });
  expect((await refusal(exported())).message).toBe(`\`${folder}/registry\` is not empty, and no registry was exported to it before`);
  expect(Object.keys(files())).toEqual(['notes.txt']);
});

test('an export that was cut off goes on', async () => {
  await exported();
  const whole = files();
  rmSync(join(folder, 'registry/-'), { recursive: true });
  rmSync(join(folder, 'registry/@moby/yajl'));
  await exported();
  expect(files()).toEqual(whole);
});

test('a signed export keeps its bytes, signs what is added, and takes nothing unsigned any more', async () => {
  const key = readSigningKey(makeSigningKey(), 'a.key');
  const lines = ['zlib/1.2', 'yajl/2.1'].map((line) => ({ folder: join(folder, 'components', line), label: line }));
  const to = join(folder, 'registry');
  await exportRegistry({ lines, to });
  await exportRegistry({ lines: lines.slice(0, 1), to, key });
  const before = files();
  await exportRegistry({ lines, to, key });
  expect(files()).toEqual(before);
  const { signed, ...document } = documentOf('-/moby/v1/index');
  expect(document).toMatchObject({ catalogue: 1, sequence: 2 });
  const keys = readPublicKeys(documentOf('-/npm/v1/keys'), 'keys');
  expect(verifyDocument(signed, { name: '-/moby/v1/index', document, keys, what: 'it' }).keyid).toBe(key.keyid);
  expect(JSON.stringify(documentOf('@moby/yajl')['versions'])).toContain(key.keyid);
  expect((await refusal(exported())).message).toContain('was signed when it was exported before');
  expect(files()).toEqual(before);
});

test('a packument that is none is named', async () => {
  await exported();
  writeFileSync(join(folder, 'registry/@moby/zlib'), '{"name": "@moby/other", "versions": {}, "dist-tags": {}}');
  expect((await refusal(exported())).message).toBe(`\`${folder}/registry/@moby/zlib\` is not what a registry says of \`@moby/zlib\``);
});
