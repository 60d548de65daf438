import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure, parseComponentName, parseVersion, type ComponentName, type Registry, type Version } from '@moby/model';
import {
  openCheckedRegistry,
  openComponents,
  openOverlayRegistry,
  openRankedRegistry,
  openRefreshedRegistry,
  openSingleRegistry,
  openWorkspaceRegistry,
  treeDigest,
} from '@moby/registry';
import { openNpmRegistry } from '@moby/registry/npm';
import { openHttp } from '@moby/content';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startScratchRegistry, type ScratchRegistry } from './scratch-registry.ts';
import { writeComponent } from './write-component.ts';

let folder = '';
let server: ScratchRegistry | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

function nameOf(text: string): ComponentName {
  const parsed = parseComponentName(text);
  if (parsed === undefined) throw new Error(`not a name: ${text}`);
  return parsed;
}

function versionOf(text: string): Version {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(`not a version: ${text}`);
  return parsed;
}

/** Every registry passes these over one library: zlib in two lines, yajl in one. */
const implementations: readonly (readonly [string, () => Promise<Registry>])[] = [
  ['the workspace', () => Promise.resolve(openWorkspaceRegistry({ folder: join(folder, 'components'), label: 'components' }))],
  [
    'an overlay on the workspace',
    () =>
      Promise.resolve(
        openOverlayRegistry([
          openWorkspaceRegistry({ folder: join(folder, 'nothing'), label: 'nothing' }),
          openWorkspaceRegistry({ folder: join(folder, 'components'), label: 'components' }),
        ]),
      ),
  ],
  [
    'the workspace without refreshed components',
    () => Promise.resolve(openRefreshedRegistry(openWorkspaceRegistry({ folder: join(folder, 'components'), label: 'components' }), [])),
  ],
  [
    'a registry over npm’s protocol',
    async () => {
      server = await startScratchRegistry();
      for (const line of ['zlib/1.3', 'zlib/1.2', 'yajl/2.1']) await server.publish(join(folder, 'components', line));
      const tags = { 'line-1.3': '1.3.101', 'line-1.2': '1.2.1302' };
      server.documents.set('/@moby/zlib', { ...server.documents.get('/@moby/zlib'), 'dist-tags': tags });
      return openNpmRegistry({
        url: server.url,
        scope: '@moby',
        cacheFolder: join(folder, 'cache'),
        http: openHttp(),
        credentials: () => ({}),
        offline: false,
        warn: (finding) => expect(finding).toBeUndefined(),
      });
    },
  ],
  [
    'ranks of registries',
    () => {
      const [first, second, all] = ['first', 'second', 'components'].map((name) =>
        openWorkspaceRegistry({ folder: join(folder, name), label: name }),
      );
      if (first === undefined || second === undefined || all === undefined) throw new Error('three folders');
      return Promise.resolve(openRankedRegistry([first, second, all]));
    },
  ],
  [
    'a registry whose components are looked at',
    () =>
      Promise.resolve(
        openCheckedRegistry(openWorkspaceRegistry({ folder: join(folder, 'components'), label: 'components' }), () => undefined),
      ),
  ],
  [
    'an overlay of two workspaces',
    async () => {
      await mkdir(join(folder, 'upper'), { recursive: true });
      await cp(join(folder, 'components/zlib'), join(folder, 'upper/zlib'), { recursive: true });
      return openOverlayRegistry([
        openWorkspaceRegistry({ folder: join(folder, 'upper'), label: 'upper' }),
        openWorkspaceRegistry({ folder: join(folder, 'components'), label: 'components' }),
      ]);
    },
  ],
];

describe.each(implementations)('%s', (_label, open) => {
  beforeEach(async () => {
    writeComponent(join(folder, 'components/zlib/1.3'), { name: 'zlib', upstream: '1.3.1' });
    writeComponent(join(folder, 'components/zlib/1.2'), {
      name: 'zlib',
      upstream: '1.2.13',
      revision: 2,
      manifest: { provides: { 'api:zlib': '1.2.13' } },
    });
    writeComponent(join(folder, 'components/yajl/2.1'), { name: 'yajl', upstream: '2.1.0' });
  });

  test('names its components, sorted', async () => {
    expect(await (await open()).names()).toEqual(['yajl', 'zlib']);
  });

  test('lists versions oldest first, and none of an unknown name', async () => {
    const registry = await open();
    expect(await registry.versions(nameOf('zlib'))).toEqual(['1.2.13+r2', '1.3.1+r1']);
    expect(await registry.versions(nameOf('zstd'))).toEqual([]);
  });

  test('gives manifest, line and tree of a version', async () => {
    const component = await (await open()).component(nameOf('zlib'), versionOf('1.2.13+r2'));
    expect(component).toMatchObject({ line: '1.2', facts: undefined, manifest: { name: 'zlib', version: '1.2.13+r2' } });
    expect(component.tree).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('says of a version which line it is in, as its component does', async () => {
    const registry = await open();
    expect(await registry.line(nameOf('zlib'), versionOf('1.3.1+r1'))).toBe('1.3');
    await expect(registry.line(nameOf('zlib'), versionOf('1.4.0+r1'))).rejects.toMatchObject({ code: 'not-found' });
  });

  test('names who offers a capability in any version', async () => {
    const registry = await open();
    expect(await registry.providers('api:zlib')).toEqual(['zlib']);
    expect(await registry.providers('api:nothing')).toEqual([]);
  });

  test('has nothing to say against a version', async () => {
    expect(await (await open()).notices(nameOf('zlib'))).toEqual(new Map());
    expect(await (await open()).notices(nameOf('zstd'))).toEqual(new Map());
  });

  test('refuses an unknown version by name', async () => {
    await expect((await open()).component(nameOf('zlib'), versionOf('1.4.0+r1'))).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('zlib 1.4.0+r1'),
    });
    await expect((await open()).manifest(nameOf('zlib'), versionOf('1.4.0+r1'))).rejects.toBeInstanceOf(Failure);
  });
});

describe('an overlay', () => {
  test('takes the same version from its upper layer', async () => {
    writeComponent(join(folder, 'upper/zlib/1.3'), { name: 'zlib', upstream: '1.3.1', description: 'patched' });
    writeComponent(join(folder, 'lower/zlib/1.3'), { name: 'zlib', upstream: '1.3.1', description: 'stock' });
    const registry = openOverlayRegistry(
      ['upper', 'lower'].map((layer) => openWorkspaceRegistry({ folder: join(folder, layer), label: layer })),
    );
    expect((await registry.manifest(nameOf('zlib'), versionOf('1.3.1+r1'))).description).toBe('patched');
    expect(await registry.versions(nameOf('zlib'))).toEqual(['1.3.1+r1']);
  });

  test('of refreshed components hides the version whose pins have vanished', async () => {
    writeComponent(join(folder, 'components/zlib/1.3'), { name: 'zlib', upstream: '1.3.1' });
    writeComponent(join(folder, 'new/zlib/1.3'), { name: 'zlib', upstream: '1.3.2' });
    const [base, source] = ['components', 'new'].map((layer) => openWorkspaceRegistry({ folder: join(folder, layer), label: layer }));
    if (base === undefined || source === undefined) throw new Error('no layers');
    const component = await source.component(nameOf('zlib'), versionOf('1.3.2+r1'));
    const registry = openRefreshedRegistry(base, [{ hides: versionOf('1.3.1+r1'), component }]);
    expect(await registry.versions(nameOf('zlib'))).toEqual(['1.3.2+r1']);
    expect((await registry.component(nameOf('zlib'), versionOf('1.3.2+r1'))).folder).toBe(join(folder, 'new/zlib/1.3'));
  });
});

describe('ranks', () => {
  /** Folders whose registries are written down when they are asked for versions. */
  function ranks(asked: string[]): readonly Registry[] {
    return ['upper', 'lower'].map((label) => {
      const registry = openWorkspaceRegistry({ folder: join(folder, label), label });
      const versions = registry.versions.bind(registry);
      return Object.assign(registry, {
        versions: (name: ComponentName): Promise<readonly Version[]> => {
          asked.push(`${label} ${name}`);
          return versions(name);
        },
      });
    });
  }

  test('the first that knows a name has it alone, and the others are not asked of it', async () => {
    writeComponent(join(folder, 'upper/zlib/1.2'), { name: 'zlib', upstream: '1.2.13' });
    writeComponent(join(folder, 'lower/zlib/1.3'), { name: 'zlib', upstream: '1.3.1' });
    writeComponent(join(folder, 'lower/yajl/2.1'), { name: 'yajl', upstream: '2.1.0' });
    const asked: string[] = [];
    const registry = openRankedRegistry(ranks(asked));
    expect(await registry.versions(nameOf('zlib'))).toEqual(['1.2.13+r1']);
    await expect(registry.manifest(nameOf('zlib'), versionOf('1.3.1+r1'))).rejects.toMatchObject({ code: 'not-found' });
    expect(new Set(asked)).toEqual(new Set(['upper zlib']));
    expect(await registry.versions(nameOf('yajl'))).toEqual(['2.1.0+r1']);
    expect(registry.label).toBe('upper, lower');
  });
});

describe('a registry whose components are looked at', () => {
  test('gives none that is refused', async () => {
    writeComponent(join(folder, 'components/zlib/1.3'), { name: 'zlib', upstream: '1.3.1' });
    const registry = openCheckedRegistry(openWorkspaceRegistry({ folder: join(folder, 'components'), label: 'components' }), ({ tree }) => {
      throw new Failure({ code: 'wrong-digest', message: `not ${tree}` });
    });
    await expect(registry.component(nameOf('zlib'), versionOf('1.3.1+r1'))).rejects.toMatchObject({ code: 'wrong-digest' });
    expect(await registry.manifest(nameOf('zlib'), versionOf('1.3.1+r1'))).toMatchObject({ name: 'zlib' });
  });
});

describe('components of folders alone', () => {
  test('are at hand, and no registry is opened', async () => {
    writeComponent(join(folder, 'components/zlib/1.3'), { name: 'zlib', upstream: '1.3.1' });
    const registry = await openComponents({
      folders: [{ folder: join(folder, 'components'), label: 'components' }],
      registries: undefined,
      cacheFolder: join(folder, 'cache'),
      trustFiles: { own: join(folder, 'trusted-keys.json'), project: undefined },
      ownersKeys: () => Promise.resolve(undefined),
      environment: {},
      warn: () => undefined,
    });
    expect(await registry.namesAtHand()).toEqual(['zlib']);
  });
});

describe('a folder of one’s own', () => {
  test('is a registry of one component, whatever it is called', async () => {
    writeComponent(join(folder, 'my-app'), { name: 'shop', upstream: '1.0.0' });
    const registry = openSingleRegistry({ folder: join(folder, 'my-app'), label: './my-app' });
    expect(await registry.names()).toEqual(['shop']);
  });

  test('without a manifest is said to have none', async () => {
    const registry = openSingleRegistry({ folder: join(folder, 'nothing'), label: './nothing' });
    await expect(registry.names()).rejects.toMatchObject({
      code: 'not-found',
      message: 'there is no component in `nothing`: it has no package.json',
    });
  });
});

describe('broken components', () => {
  test('all of them are told with their places', async () => {
    await mkdir(join(folder, 'components/a/1'), { recursive: true });
    await mkdir(join(folder, 'components/b/1'), { recursive: true });
    await writeFile(join(folder, 'components/a/1/package.json'), '{ "name": 1 }');
    await writeFile(join(folder, 'components/b/1/package.json'), '{ nonsense');
    const failure: unknown = await openWorkspaceRegistry({ folder: join(folder, 'components'), label: 'components' })
      .names()
      .catch((error: unknown) => error);
    if (!(failure instanceof Failure)) throw new Error('it was read');
    expect(failure.code).toBe('invalid-input');
    expect([...new Set(failure.findings.map(({ place }) => place?.file))]).toEqual([
      'components/a/1/package.json',
      'components/b/1/package.json',
    ]);
  });

  test('one in another’s folder is refused', async () => {
    writeComponent(join(folder, 'components/zlib/1.3'), { name: 'yajl', upstream: '1.3.1' });
    await expect(openWorkspaceRegistry({ folder: join(folder, 'components'), label: 'components' }).names()).rejects.toMatchObject({
      findings: [{ message: '`components/zlib/1.3/package.json` is called `yajl`, but lies in the folder of `zlib`' }],
    });
  });
});

describe('a tree’s digest', () => {
  test('is of what is published alone, not of times or other files', async () => {
    writeComponent(join(folder, 'a'), { name: 'a', upstream: '1.0.0' });
    const before = treeDigest(join(folder, 'a'));
    await utimes(join(folder, 'a/package.json'), 1, 1);
    await writeFile(join(folder, 'a/notes.txt'), 'not published');
    expect(treeDigest(join(folder, 'a'))).toBe(before);
    await writeFile(join(folder, 'a/files/usr/share/hello'), 'hello!\n');
    expect(treeDigest(join(folder, 'a'))).not.toBe(before);
    expect(await readFile(join(folder, 'a/notes.txt'), 'utf8')).toBe('not published');
  });
});
