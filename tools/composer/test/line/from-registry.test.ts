import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLine, outlineOf, type Composed, type ComposeRequest, type Line, type Lockfile, type Surroundings } from '@moby/composer';
import { rememberCheck } from '@moby/composer/again';
import { Failure, type Diagnostic } from '@moby/model';
import { scratchFolder } from '@moby/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { objectIn, startScratchRegistry, type ScratchRegistry } from '../../../registry/test/scratch-registry.ts';
import { told } from '../author/scratch-component.ts';
import { ask, quietSurroundings } from './quiet-surroundings.ts';
import { scratchLibrary, service, type ScratchLibrary } from './scratch-library.ts';

const web = 'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n  - component: app\n';
const base = ['busybox/1.37', 'crun/1.21', 'init/1.0', 'linux/6.12', 'runc/1.1'];

let library: ScratchLibrary;
let server: ScratchRegistry;
let store = '';
let folder = '';
let warnings: Diagnostic[] = [];

beforeEach(async () => {
  library = await scratchLibrary();
  await library.add(service('app', '1.0.0', { requires: { helper: '^1' } }));
  await library.add({ name: 'helper', upstream: '1.0.0', files: { 'usr/share/helper': 'helps\n' } });
  await library.add({ name: 'stranger', upstream: '1.0.0', files: { 'usr/share/stranger': 'nobody needs it\n' } });
  await library.assembly('web', web);
  server = await startScratchRegistry();
  await publish(...base, 'app/1.0', 'helper/1.0', 'stranger/1.0');
  store = scratchFolder();
  folder = scratchFolder();
  warnings = [];
  await writeFile(join(folder, 'web.yaml'), web);
});
afterEach(() => server.close());

async function publish(...lines: readonly string[]): Promise<void> {
  for (const line of lines) await server.publish(join(library.folder, 'components', line));
}

interface Opening {
  readonly offline?: boolean;
  readonly scopes?: readonly { readonly scope: string; readonly url: string }[];
  readonly more?: Partial<Surroundings>;
}

/** A line in a folder with nothing but an assembly. */
function open({ offline = false, scopes = [{ scope: '@moby', url: server.url }], more = {} }: Opening = {}): Promise<Line> {
  return openLine(
    quietSurroundings(folder, {
      library: undefined,
      registries: { scopes, offline, credentials: () => ({}) },
      environment: { XDG_CACHE_HOME: store },
      warn: (finding) => void warnings.push(finding),
      ...more,
    }),
  );
}

async function compose(line: Promise<Line>, more: Partial<ComposeRequest> = {}): Promise<Composed> {
  const judged = await (await line).compose(ask('web.yaml', more));
  if (!judged.ok) throw new Error(told(judged.findings));
  warnings.push(...judged.findings);
  return judged.value;
}

async function refusal(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const locked = { policy: { locked: true, offline: false } };

async function lockFile(): Promise<Lockfile> {
  return JSON.parse(await readFile(join(folder, 'web.lock.json'), 'utf8'));
}

function withoutOrigins(lock: Lockfile): unknown {
  return {
    ...lock,
    components: Object.fromEntries(Object.entries(lock.components).map(([id, { tree, payload }]) => [id, { tree, payload }])),
  };
}

/** Paths that were asked since the last time, sorted. */
function asked(): readonly string[] {
  return server.asked
    .splice(0)
    .map(({ path }) => path)
    .sort();
}

function changeVersion(npmName: string, npmVersion: string, change: Record<string, unknown>): void {
  const document = server.documents.get(`/${npmName}`) ?? {};
  const versions = objectIn(document, 'versions');
  server.documents.set(`/${npmName}`, {
    ...document,
    versions: { ...versions, [npmVersion]: { ...objectIn(versions, npmVersion), ...change } },
  });
}

describe('a line over a registry', () => {
  test('gives the same artifact and the same lock as one over the folders, and the lock says which packages it had', async () => {
    const fromRegistry = await compose(open());
    const lock = await lockFile();
    const judged = await (await library.open()).compose(ask('web'));
    if (!judged.ok) throw new Error(told(judged.findings));
    expect(withoutOrigins({ ...lock, inputs: judged.value.lock.inputs })).toEqual(withoutOrigins(judged.value.lock));
    expect(fromRegistry.artifact.files).toEqual(judged.value.artifact.files);
    expect(lock.components['app@1.0.0+r1']?.origin).toEqual({
      package: '@moby/app@1.0.1',
      integrity: objectIn(server.version('@moby/app', '1.0.1'), 'dist')['integrity'],
    });
    expect(JSON.stringify(lock)).not.toContain('127.0.0.1');
  });

  test('asks of what can be reached only, and fetches what is chosen only', async () => {
    await library.add(service('app', '1.1.0', { requires: { helper: '^1' } }));
    await publish('app/1.1');
    await compose(open());
    expect(asked()).toEqual([
      '/-/moby/v1/index',
      ...['app', 'app/-/app-1.1.1.tgz', 'busybox', 'busybox/-/busybox-1.37.1.tgz', 'crun', 'crun/-/crun-1.21.1.tgz'].map(below),
      ...['helper', 'helper/-/helper-1.0.1.tgz', 'init', 'init/-/init-1.0.1.tgz', 'linux', 'linux/-/linux-6.12.101.tgz', 'runc'].map(below),
    ]);
  });

  test('offline takes everything from what was kept', async () => {
    const before = await compose(open());
    asked();
    const after = await compose(open({ offline: true }), { policy: { locked: true, offline: true } });
    expect(after.artifact).toEqual(before.artifact);
    expect(asked()).toEqual([]);
  });

  test('a component’s name that is nobody’s is told with the nearest of the registry', async () => {
    await writeFile(join(folder, 'web.yaml'), web.replace('component: app', 'component: helpr'));
    const judged = await (await open()).check(ask('web.yaml'));
    expect(judged.findings).toMatchObject([{ code: 'unknown-component', note: 'did you mean `helper`?' }]);
  });
});

function below(path: string): string {
  return `/@moby/${path}`;
}

describe('a lock', () => {
  test('holds for another address of the same packages', async () => {
    await compose(open());
    const before = await readFile(join(folder, 'web.lock.json'), 'utf8');
    const mirror = await startScratchRegistry();
    try {
      for (const [path, document] of server.documents) mirror.documents.set(path, document);
      for (const [path, bytes] of server.tarballs) mirror.tarballs.set(path, bytes);
      store = scratchFolder();
      const again = await compose(open({ scopes: [{ scope: '@moby', url: mirror.url }] }), locked);
      expect(again.lockState).toBe('unchanged');
      expect(await readFile(join(folder, 'web.lock.json'), 'utf8')).toBe(before);
    } finally {
      await mirror.close();
    }
  });

  test('of the folders holds for the registry, and keeps what it knows of packages when it comes from folders again', async () => {
    const fromFolders = { library: library.folder, registries: undefined };
    await compose(open({ more: fromFolders }));
    const bare = await readFile(join(folder, 'web.lock.json'), 'utf8');
    expect((await compose(open(), locked)).lockState).toBe('unchanged');
    expect(await readFile(join(folder, 'web.lock.json'), 'utf8')).toBe(bare);
    expect((await compose(open())).lockState).toBe('written');
    expect(bare).not.toContain('sha512-');
    const known = await readFile(join(folder, 'web.lock.json'), 'utf8');
    expect(known).toContain('sha512-');
    expect((await compose(open({ more: fromFolders }))).lockState).toBe('unchanged');
    expect(await readFile(join(folder, 'web.lock.json'), 'utf8')).toBe(known);
  });

  test.each([
    ['with --locked', locked],
    ['without it', {}],
  ])('refuses other bytes of a published version, %s', async (_, policy) => {
    await compose(open());
    const had = (await lockFile()).components['helper@1.0.0+r1']?.origin?.integrity;
    await library.add({ name: 'helper', upstream: '1.0.0', files: { 'usr/share/helper': 'does harm\n' } });
    await publish('helper/1.0');
    const has = objectIn(server.version('@moby/helper', '1.0.1'), 'dist')['integrity'];
    expect(await refusal(compose(open(), policy))).toMatchObject({
      code: 'wrong-digest',
      message: `helper 1.0.0+r1 comes in another package than it was locked with: expected \`${had}\`, got \`${String(has)}\``,
    });
    const verified = await (await open()).verifyLock('web.yaml');
    if (!verified.ok) throw new Error(told(verified.findings));
    const wrong = verified.value.verified.filter(({ verdict }) => verdict === 'wrong').map(({ what }) => what);
    expect(wrong).toEqual(['package of @moby/helper@1.0.1', 'manifest and facts of @moby/helper@1.0.1', 'helper@1.0.0+r1']);
  });

  test('of the folders refuses other bytes too, where it may not change', async () => {
    await compose(open({ more: { library: library.folder, registries: undefined } }));
    const { tree } = (await lockFile()).components['helper@1.0.0+r1'] ?? {};
    await library.add({ name: 'helper', upstream: '1.0.0', files: { 'usr/share/helper': 'does harm\n' } });
    await publish('helper/1.0');
    const { message } = await refusal(compose(open(), locked));
    expect(message).toContain(`helper@1.0.0+r1 has changed from ${tree?.slice(0, 19)}… to sha256:`);
  });

  test('refuses a package of another scope under the same name and version', async () => {
    await compose(open());
    const acme = await startScratchRegistry();
    try {
      const json = join(library.folder, 'components/helper/1.0/package.json');
      await writeFile(json, (await readFile(json, 'utf8')).replace('@moby/helper', '@acme/helper'));
      await acme.publish(join(library.folder, 'components/helper/1.0'));
      const scopes = [
        { scope: '@acme', url: acme.url },
        { scope: '@moby', url: server.url },
      ];
      expect((await refusal(compose(open({ scopes })))).message).toContain(
        'expected `@moby/helper@1.0.1`, got `@acme/helper@1.0.1, sha512-',
      );
    } finally {
      await acme.close();
    }
  });
});

describe('what a registry says against a version', () => {
  beforeEach(async () => {
    await library.add({ name: 'helper', upstream: '1.1.0', files: { 'usr/share/helper': 'helps more\n' } });
  });

  async function helper(): Promise<string | undefined> {
    return (await compose(open())).lock.roots['app']?.['helper']?.version;
  }

  test('a yanked version is not chosen, and stays for a lock that has it, with a warning', async () => {
    await publish('helper/1.1');
    changeVersion('@moby/helper', '1.1.1', { deprecated: '[yanked] eats data' });
    expect(await helper()).toBe('1.0.0+r1');
    expect(warnings).toEqual([]);
    changeVersion('@moby/helper', '1.1.1', { deprecated: '' });
    await rm(join(folder, 'web.lock.json'));
    expect(await helper()).toBe('1.1.0+r1');
    changeVersion('@moby/helper', '1.1.1', { deprecated: '[yanked] eats data' });
    expect(await helper()).toBe('1.1.0+r1');
    expect(warnings).toMatchObject([{ code: 'version-yanked', message: 'helper 1.1.0+r1 is yanked: eats data' }]);
  });

  test('where nothing but yanked versions would do, the reason is told', async () => {
    changeVersion('@moby/helper', '1.0.1', { deprecated: '[yanked] eats data\u001b[2J' });
    const proof = async (): Promise<unknown> => (await (await open()).compose(ask('web.yaml'))).findings[0]?.details?.join('\n');
    expect(await proof()).toContain('helper@^1 is yanked: eats data?[2J,');
    await publish('helper/1.1');
    changeVersion('@moby/helper', '1.1.1', { deprecated: '[yanked] eats more' });
    expect(await proof()).toContain('helper@^1 is yanked: eats more (and 1 more),');
    changeVersion('@moby/helper', '1.1.1', { deprecated: '[yanked]' });
    changeVersion('@moby/helper', '1.0.1', { deprecated: '[yanked]' });
    expect(await proof()).toContain('helper@^1 is yanked,');
  });

  test('a deprecated version is chosen last, and its text is told', async () => {
    await publish('helper/1.1');
    changeVersion('@moby/helper', '1.1.1', { deprecated: 'use the one before' });
    expect(await helper()).toBe('1.0.0+r1');
    changeVersion('@moby/helper', '1.0.1', { deprecated: 'use another' });
    await rm(join(folder, 'web.lock.json'));
    expect(await helper()).toBe('1.1.0+r1');
    expect(warnings).toMatchObject([{ code: 'version-deprecated', message: 'helper 1.1.0+r1 is deprecated: use the one before' }]);
  });
});

describe('who has a name', () => {
  test('a folder of components has it alone, and no registry is asked of it', async () => {
    await library.add({ name: 'helper', upstream: '1.1.0', files: { 'usr/share/helper': 'helps more\n' } });
    await publish('helper/1.1');
    const own = join(scratchFolder(), 'components');
    const mine = await scratchLibrary();
    await mine.add({ name: 'helper', upstream: '1.0.0', revision: 2, files: { 'usr/share/helper': 'mine\n' } });
    await rm(join(mine.folder, 'components/busybox'), { recursive: true });
    const composed = await compose(open({ more: { componentFolders: [join(mine.folder, 'components'), own] } }));
    expect(composed.lock.roots['app']?.['helper']?.version).toBe('1.0.0+r2');
    expect(asked().filter((path) => /tgz|helper/.test(path))).toEqual([
      '/@moby/app/-/app-1.0.1.tgz',
      '/@moby/busybox/-/busybox-1.37.1.tgz',
    ]);
  });

  test('a component in a folder of one’s own is asked of no registry', async () => {
    await library.add(service('shop', '1.0.0'));
    await cp(join(library.folder, 'components/shop/1.0'), join(folder, 'my-shop'), { recursive: true });
    await writeFile(join(folder, 'web.yaml'), web.replace('component: app', 'component: ./my-shop'));
    await compose(open());
    expect(asked().filter((path) => path.includes('shop'))).toEqual([]);
  });

  test('of two scopes the first that knows it', async () => {
    const acme = await startScratchRegistry();
    try {
      await library.add({ name: 'helper', upstream: '1.9.0', files: { 'usr/share/helper': 'of acme\n' } });
      const json = join(library.folder, 'components/helper/1.9/package.json');
      await writeFile(json, (await readFile(json, 'utf8')).replace('@moby/helper', '@acme/helper'));
      await acme.publish(join(library.folder, 'components/helper/1.9'));
      const scopes = [
        { scope: '@moby', url: server.url },
        { scope: '@acme', url: acme.url },
      ];
      const first = await compose(open({ scopes }));
      expect(first.lock.roots['app']?.['helper']?.version).toBe('1.0.0+r1');
      expect(acme.asked.map(({ path }) => path)).toEqual(['/-/moby/v1/index']);
      await rm(join(folder, 'web.lock.json'));
      const turned = await compose(open({ scopes: [...scopes].reverse() }));
      expect(turned.lock.components['helper@1.9.0+r1']?.origin?.package).toBe('@acme/helper@1.9.1');
    } finally {
      await acme.close();
    }
  });
});

test('a check over a registry is not kept: nobody knows what it would say now', async () => {
  const line = await open();
  const judged = await line.check(ask('web.yaml'));
  if (!judged.ok) throw new Error(told(judged.findings));
  const { variation, policy, level } = ask('web.yaml');
  const question = { assembly: 'web.yaml', platform: undefined, variation, policy, out: undefined, level };
  const outline = outlineOf(judged.value, 'linux/amd64', judged.findings);
  const places = { currentFolder: folder, library: undefined, componentFolders: [] };
  await rememberCheck({ ...question, ...places }, { checked: judged.value, outline, store: line.store, begunMs: Infinity });
  await expect(readFile(join(line.store.folder, 'memory/checks'))).rejects.toMatchObject({ code: 'ENOENT' });
});
