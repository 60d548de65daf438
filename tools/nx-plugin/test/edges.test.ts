import { describe, expect, test } from 'vitest';
import { edgesOf, readAssembly, readComponent } from '@moby/nx-plugin';

function component(reference: string, version: string, manifest: Readonly<Record<string, unknown>> = {}): ReturnType<typeof readComponent> {
  const [name = '', line = ''] = reference.split('/');
  return readComponent({ name, line, text: JSON.stringify({ name: `@moby/${name}`, version, component: manifest }) });
}

/** The lines that an edge leads to from one line. */
function linesFrom(source: string, components: readonly ReturnType<typeof component>[]): readonly string[] {
  return edgesOf({ components, assemblies: [] })
    .filter((edge) => edge.source === source && /\/\d/.test(edge.target))
    .map(({ target }) => target);
}

const libraries = [component('lib/1.0', '1.0.1'), component('lib/1.5', '1.5.203'), component('lib/2.0', '2.0.1')];

describe('requirements', () => {
  test.each([
    ['a range', { requires: { lib: '^1.0.0' } }, ['lib/1.0', 'lib/1.5']],
    ['a range with a place', { requires: { lib: { range: '>=1.5', in: 'peer' } } }, ['lib/1.5', 'lib/2.0']],
    ['a packaging revision', { requires: { lib: '1.5.2+r3' } }, ['lib/1.5']],
    ['another packaging revision', { requires: { lib: '1.5.2+r4' } }, []],
    ['a recommendation', { recommends: { lib: '2' } }, ['lib/2.0']],
    ['what the tool wrote', { proven: { requires: { lib: '1.0' } } }, ['lib/1.0']],
    ['a conflict', { conflicts: { lib: '*' } }, []],
    ['a name that nobody has', { requires: { other: '*' } }, []],
  ])('%s', (_, manifest, expected) => {
    expect(linesFrom('app/1', [...libraries, component('app/1', '1.0.1', manifest)])).toEqual(expected);
  });
});

describe('capabilities', () => {
  const providers = [
    component('old/1', '1.0.1', { provides: { 'api:docker': '>=1.24 <=1.30' } }),
    component('new/1', '1.0.1', { provides: { 'api:docker': '>=1.24 <=1.45' } }),
    component('exact/1', '1.0.1', { proven: { provides: { 'api:docker': '1.44.0' } } }),
    component('other/1', '1.0.1', { provides: { 'api:podman': '*' } }),
  ];

  test('a window that overlaps, and an exact version, meet a range', () => {
    expect(linesFrom('app/1', [...providers, component('app/1', '1.0.1', { requires: { 'api:docker': '>=1.40' } })])).toEqual([
      'exact/1',
      'new/1',
    ]);
  });

  test('a kernel version is a requirement of `kernel:linux`', () => {
    const kernel = component('linux/6.12', '6.12.1', { provides: { 'kernel:linux': '6.12.0' } });
    expect(linesFrom('app/1', [kernel, component('app/1', '1.0.1', { kernel: { version: '>=6' } })])).toEqual(['linux/6.12']);
    expect(linesFrom('app/1', [kernel, component('app/1', '1.0.1', { kernel: { version: '>=7' } })])).toEqual([]);
  });
});

describe('what cannot be read admits everything', () => {
  test('a broken version of the needed line', () => {
    expect(linesFrom('app/1', [component('lib/1.0', 'one'), component('app/1', '1.0.1', { requires: { lib: '^3' } })])).toEqual([
      'lib/1.0',
    ]);
  });

  test('a broken range', () => {
    expect(linesFrom('app/1', [...libraries, component('app/1', '1.0.1', { requires: { lib: 'newest' } })])).toEqual([
      'lib/1.0',
      'lib/1.5',
      'lib/2.0',
    ]);
  });

  test('a manifest that is no JSON has the edges that all lines have', () => {
    const broken = readComponent({ name: 'app', line: '1', text: '{' });
    expect(
      edgesOf({ components: [broken], assemblies: [] })
        .filter(({ source }) => source === 'app/1')
        .map(({ target }) => target),
    ).toEqual(['@moby/composer', 'app', 'schemas']);
  });
});

describe('assemblies', () => {
  const components = [...libraries, component('linux/6.12', '6.12.1'), component('init/1', '1.0.1'), component('crun/1.21', '1.21.1')];
  const linesOf = async (text: string): Promise<readonly string[]> => {
    const assembly = await readAssembly({ name: 'a', text });
    return edgesOf({ components, assemblies: [assembly] })
      .filter(({ source }) => source === 'assembly:a')
      .map(({ target }) => target);
  };

  test('kernel and init are needed unless another assembly brings them', async () => {
    expect(await linesOf('name: a\n')).toEqual(['init/1', 'linux/6.12', 'moby-compose', 'schemas']);
    expect(await linesOf('name: a\nextends: base@^1\n')).toEqual(['assembly:base', 'moby-compose', 'schemas']);
  });

  test('all sections, `with`, `replace` and defaults give edges; constraints and folders none', async () => {
    const text = [
      'extends: base',
      'with: [lib@^2]',
      'replace: { x: lib@~1.5 }',
      'defaults: { "runtime:oci": crun }',
      'constraints: [linux@^6]',
      'onboot: [{ component: lib@1.0 }]',
      'services: [{ component: ./app }]',
      'onshutdown: [{ component: init }]',
    ].join('\n');
    expect(await linesOf(text)).toEqual([
      'assembly:base',
      'crun/1.21',
      'init/1',
      'lib/1.0',
      'lib/1.5',
      'lib/2.0',
      'moby-compose',
      'schemas',
    ]);
  });
});
