import { checkRoot, deriveCapabilities, type ProvenCapabilities, type RootComponent } from '@moby/abi';
import { type ElfFacts, isCapability, parseRange, parseVersion, type Platform, satisfies, type PlatformFacts } from '@moby/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { component, glibc, library, program } from './world.ts';

function derive(of: RootComponent, platform: Platform = 'linux/amd64'): ProvenCapabilities {
  return deriveCapabilities({ facts: 1, platforms: of.facts === undefined ? {} : { [platform]: of.facts } });
}

function fits(provides: Readonly<Record<string, string>>, requires: Readonly<Record<string, string>>): boolean {
  return Object.entries(requires).every(([name, text]) => {
    const [version, range] = [parseVersion(provides[name] ?? ''), parseRange(text)];
    return version !== undefined && range !== undefined && satisfies(version, range);
  });
}

describe('capabilities of a component', () => {
  test('say for each soname that it is there, and for each family of versions how far it goes', () => {
    expect(derive(glibc('2.41.0'))).toEqual({
      provides: {
        'soname:ld-linux-x86-64.so.2': '1.0.0',
        'soname:ld-linux-x86-64.so.2/GLIBC': '2.41.0',
        'soname:libc.so.6': '1.0.0',
        'soname:libc.so.6/GLIBC': '2.41.0',
        'soname:libm.so.6': '1.0.0',
        'soname:libm.so.6/GLIBC': '2.41.0',
      },
      requires: {},
      onlyOn: {},
    });
  });

  test('ask for what the component does not hold: loader, libraries, the newest version of each family', () => {
    const redis = component('redis', '8.0.2', {
      elf: [
        program('/usr/bin/redis-cli', {
          needed: ['libown.so', 'libc.so.6'],
          runpath: ['/usr/lib/redis'],
          needs: [{ library: 'libc.so.6', versions: ['GLIBC_2.34', 'GLIBC_2.9', 'GLIBC_PRIVATE'] }],
        }),
        program('/usr/bin/redis-check-rdb', {
          needed: ['libcrypto.so.3', 'libc.so.6'],
          needs: [
            { library: 'libc.so.6', versions: ['GLIBC_2.38', 'GLIBC_2.99'], weak: ['GLIBC_2.99'] },
            { library: 'libcrypto.so.3', versions: ['OPENSSL_3.0.9', 'OPENSSL_1_1_0'] },
          ],
        }),
        library('/usr/lib/redis/libown.so', { needed: ['libz.so.1'], needs: [{ library: 'libz.so.1', versions: ['ZLIB_1.2.3.4'] }] }),
      ],
    });
    expect(derive(redis)).toEqual({
      provides: { 'soname:libown.so': '1.0.0' },
      requires: {
        'soname:ld-linux-x86-64.so.2': '*',
        'soname:libc.so.6': '*',
        'soname:libc.so.6/GLIBC': '>=2.38.0',
        'soname:libcrypto.so.3': '*',
        'soname:libcrypto.so.3/OPENSSL': '>=3.0.9',
        'soname:libz.so.1': '*',
        'soname:libz.so.1/ZLIB': '>=1.2.3',
      },
      onlyOn: {},
    });
  });

  test('of a 32-bit library cannot be taken for those of the platform', () => {
    const other = component('old', '1.0.0', {
      elf: [library('/usr/lib/i386-linux-gnu/libz.so.1', { class: 32, machine: 'em-3', needed: ['libc.so.6'] })],
    });
    expect(derive(other)).toEqual({
      provides: { 'soname:em-3.32/libz.so.1': '1.0.0' },
      requires: { 'soname:em-3.32/libc.so.6': '*' },
      onlyOn: {},
    });
  });

  test('follow the name that the loader looks for, not what a plugin is called', () => {
    const odd = component('odd', '1.0.0', {
      elf: [
        library('/usr/lib/x86_64-linux-gnu/libz.so.1.3', { soname: 'libz.so.1' }),
        library('/usr/lib/odd/plugin.so', { soname: 'libplugin.so.0' }),
      ],
      links: { '/usr/lib/x86_64-linux-gnu/libz.so.1': 'libz.so.1.3', '/usr/lib/x86_64-linux-gnu/libz.so': 'libz.so.1' },
    });
    expect(Object.keys(derive(odd).provides)).toEqual(['soname:libz.so.1']);
  });

  test('are one set for all platforms: the most that is offered, the least that is needed', () => {
    const offers = (...versions: readonly string[]): RootComponent & { readonly facts: PlatformFacts } =>
      component('foo', '1.0.0', {
        elf: [library('/usr/lib/libfoo.so.1', { offers: versions, needed: ['libc.so.6'], needs: [{ library: 'libc.so.6', versions }] })],
      });
    const arm = component('foo', '1.0.0', {
      elf: [
        library('/usr/lib/libfoo.so.1', {
          machine: 'aarch64',
          offers: ['FOO_1.2'],
          needed: ['libc.so.6'],
          needs: [{ library: 'libc.so.6', versions: ['FOO_1.9'] }],
        }),
      ],
    });
    const [amd64, arm64] = [offers('FOO_1.5').facts, arm.facts];
    expect(deriveCapabilities({ facts: 1, platforms: { 'linux/amd64': amd64, 'linux/arm64': arm64 } })).toEqual({
      provides: { 'soname:libfoo.so.1': '1.0.0', 'soname:libfoo.so.1/FOO': '1.5.0' },
      requires: { 'soname:libc.so.6': '*', 'soname:libc.so.6/FOO': '>=1.5.0' },
      onlyOn: {},
    });
  });

  test('of a family that begins later on another platform fit there and here', () => {
    const kinds = [
      { machine: 'x86-64', offers: ['GLIBC_2.2.5', 'GLIBC_2.9'], needs: 'GLIBC_2.2.5' },
      { machine: 'aarch64', offers: ['GLIBC_2.17'], needs: 'GLIBC_2.17' },
    ];
    const merged = (of: (kind: (typeof kinds)[number]) => RootComponent & { readonly facts: PlatformFacts }) => {
      const [amd64, arm64] = kinds.map((kind) => of(kind).facts);
      if (amd64 === undefined || arm64 === undefined) throw new TypeError('there are two platforms');
      return deriveCapabilities({ facts: 1, platforms: { 'linux/amd64': amd64, 'linux/arm64': arm64 } });
    };
    const { provides } = merged(({ machine, offers }) =>
      component('resolv', '1.0.0', { elf: [library('/usr/lib/libresolv.so.2', { machine, offers })] }),
    );
    const { requires } = merged(({ machine, needs }) =>
      component('app', '1.0.0', {
        elf: [
          library('/usr/lib/libapp.so.1', {
            machine,
            needed: ['libresolv.so.2'],
            needs: [{ library: 'libresolv.so.2', versions: [needs] }],
          }),
        ],
      }),
    );
    expect(fits(provides, requires)).toBe(true);
  });

  test('tell what not all platforms need, first of all the loader', () => {
    const amd64 = component('app', '1.0.0', { elf: [program('/usr/bin/app', { needed: ['libm.so.6', 'libc.so.6'] })] });
    const arm64 = component('app', '1.0.0', {
      elf: [program('/usr/bin/app', { machine: 'aarch64', interpreter: '/lib/ld-linux-aarch64.so.1', needed: ['libc.so.6'] })],
    });
    expect(deriveCapabilities({ facts: 1, platforms: { 'linux/amd64': amd64.facts, 'linux/arm64': arm64.facts } })).toEqual({
      provides: {},
      requires: {
        'soname:ld-linux-aarch64.so.1': '*',
        'soname:ld-linux-x86-64.so.2': '*',
        'soname:libc.so.6': '*',
        'soname:libm.so.6': '*',
      },
      onlyOn: {
        'linux/amd64': ['soname:ld-linux-x86-64.so.2', 'soname:libm.so.6'],
        'linux/arm64': ['soname:ld-linux-aarch64.so.1'],
      },
    });
  });

  test('never refuse what the exact check admits', () => {
    const version = fc
      .tuple(fc.constantFrom('FOO', 'BAR_2', 'FOO_X'), fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }))
      .map(([family, numbers]) => `${family}_${numbers.join('.')}`);
    const name = fc.oneof(version, fc.constantFrom('Base', 'FOO_PRIVATE'));
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 8 }),
        fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
        (offers, versions) => {
          const app = component('app', '1.0.0', {
            elf: [program('/usr/bin/app', { needed: ['libfoo.so.1', 'libc.so.6'], needs: [{ library: 'libfoo.so.1', versions }] })],
          });
          const foo = component('foo', '1.0.0', { elf: [library('/usr/lib/libfoo.so.1', { offers })] });
          const edges = checkRoot({ root: 'x', platform: 'linux/amd64', components: [app, foo, glibc('2.41.0')], programs: [] });
          const isAdmitted = edges.every((edge) => edge.verdict !== 'error');
          const { requires } = derive(app);
          expect(Object.keys(requires).every(isCapability)).toBe(true);
          if (isAdmitted) expect(fits({ ...derive(foo).provides, ...derive(glibc('2.41.0')).provides }, requires)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('of a ring of libraries that a thousand programs load take no more time than their files', () => {
    const ring = (count: number, more: Partial<ElfFacts> = {}): RootComponent =>
      component('ring', '1.0.0', {
        elf: Array.from({ length: count }, (_, index) => [
          program(`/usr/bin/p${index}`, { needed: [`l${index}.so`] }),
          library(`/usr/lib/l${index}.so`, { needed: [`l${(index + 1) % count}.so`, `x${index}.so`], ...more }),
        ]).flat(),
      });
    const { provides, requires } = derive(ring(1000));
    expect([Object.keys(provides).length, Object.keys(requires).length]).toEqual([1000, 1001]);
    // Where each way through the ring may differ, it isn't walked a thousand times.
    const inherited = ring(1000, { rpath: true, runpath: ['/opt'] });
    expect(() => derive(inherited)).toThrow(/^the links and libraries take more than 67108864 steps to follow$/);
    expect(Object.keys(derive(ring(20, { rpath: true, runpath: ['/opt'] })).requires)).toHaveLength(21);
  });

  test('go by the folder in which a library is found, not by the one in which it lies', () => {
    const linked = component('linked', '1.0.0', {
      elf: [
        program('/usr/bin/p', { needed: ['l.so'] }),
        library('/opt/a/l.so', { runpath: ['$ORIGIN/x'], needed: ['m.so'] }),
        library('/usr/lib/x/m.so'),
      ],
      links: { '/usr/lib/l.so': '/opt/a/l.so' },
    });
    expect(derive(linked).requires).toEqual({ 'soname:ld-linux-x86-64.so.2': '*' });
  });

  test('are the same whether each program is loaded for them or not', () => {
    const folders = ['/usr/lib', '/opt/a', '/opt/b'];
    const name = fc.constantFrom('a.so', 'b.so', 'c.so', 'd.so', 'e.so', 'f.so');
    const path = fc.tuple(fc.constantFrom(...folders), name).map((parts) => parts.join('/'));
    const made = fc.record(
      {
        path,
        isProgram: fc.boolean(),
        needed: fc.uniqueArray(name, { maxLength: 2 }),
        isStranger: fc.constantFrom(true, ...Array.from({ length: 9 }, () => false)),
        soname: name,
        runpath: fc.array(fc.constantFrom('/opt/a', '$ORIGIN/../a', '/opt/b'), { minLength: 1, maxLength: 2 }),
      },
      { requiredKeys: ['path', 'isProgram', 'needed', 'isStranger'] },
    );
    // Nobody asks for it; since it has an RPATH, nothing is known of a program before it is loaded.
    const { soname: _soname, ...plain } = library('/srv/odd');
    const odd = { ...plain, rpath: true as const, runpath: [] };
    fc.assert(
      fc.property(
        fc.uniqueArray(made, { maxLength: 8, selector: (one) => one.path }),
        fc.dictionary(path, path, { maxKeys: 2 }),
        (files, links) => {
          const elf = files.map(({ path: at, isProgram, isStranger, ...own }, index): ElfFacts => {
            const needs = [...own.needed.slice(0, 1), ...(isStranger ? ['f.so'] : [])].map((of) => ({
              library: of,
              versions: [`V_1.${index}`],
            }));
            return isProgram ? program(`/usr/bin/p${index}`, { ...own, needs }) : { ...plain, path: at, ...own, needs };
          });
          const of = (more: readonly ElfFacts[]): unknown => derive(component('x', '1.0.0', { elf: [...elf, ...more], links })).requires;
          expect(of([odd])).toEqual(of([]));
        },
      ),
      { numRuns: 3000 },
    );
  });
});
