import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffAbi, parseFacts, parseSymbols, type AbiDiff, type AbiFacts, type AbiSide } from '@moby/abi';
import {
  parseManifest,
  type AddedModule,
  type ElfSymbols,
  type KernelFacts,
  type KernelSymbols,
  type Manifest,
  type PlatformFacts,
} from '@moby/model';
import { describe, expect, test } from 'vitest';
import { linkerSymbols } from '../src/diff/linker-symbols.ts';
import { component, library, loader, program } from './world.ts';

/** Of the page's first table. */
const kinds = { breaks: 0, adds: 0, changes: 0, unknown: 0 };
const folder = '/usr/lib/x86_64-linux-gnu';
const lib = `${folder}/libx.so.1`;

type Content = Partial<Omit<PlatformFacts, 'payload'>>;

function side(content: Content, more: Partial<AbiFacts> = {}): AbiSide {
  return { platforms: { 'linux/amd64': { facts: component('x', '1', content).facts, symbols: {}, ...more } } };
}

/** A library with its symbols. */
function offering(exports: ElfSymbols['exports'], offers: readonly string[] = []): AbiSide {
  return side({ elf: [library(lib, { offers })] }, { symbols: { [lib]: { imports: {}, exports } } });
}

function told(diff: AbiDiff): readonly string[] {
  return [
    ...diff.breaks.map(({ kind, sentence }) => `- ${kind}: ${sentence}`),
    ...diff.adds.map(({ kind, sentence }) => `+ ${kind}: ${sentence}`),
    ...diff.changes.map(({ kind, sentence }) => `~ ${kind}: ${sentence}`),
    ...diff.unknown.map(({ kind, sentence }) => `? ${kind}: ${sentence}`),
    diff.bump,
  ];
}

const compare = (before: AbiSide, after: AbiSide): readonly string[] => told(diffAbi(before, after));

describe('libraries', () => {
  test('a soname that is gone breaks, and the one that took its place is named', () => {
    const diff = diffAbi(side({ elf: [library(lib)] }), side({ elf: [library(`${folder}/libx.so.2`)] }));
    expect(told(diff)).toEqual(['- soname: libx.so.1 is gone; libx.so.2 is there instead', '+ soname: libx.so.2 is new', 'major']);
    expect(diff.breaks[0]).toMatchObject({ file: lib, after: 'libx.so.2' });
  });

  test('a file that moved to another searched folder, or lies behind a link now, is the same library', () => {
    const moved = side({
      elf: [library(`${folder}/libx.so.1.2.3`, { soname: 'libx.so.1' })],
      links: { '/usr/lib/libx.so.1': 'x86_64-linux-gnu/libx.so.1.2.3' },
    });
    expect(compare(side({ elf: [library(lib)] }), moved)).toEqual(['patch']);
  });

  test('a library that only its own package finds breaks nobody; a plugin is found by its path', () => {
    const own = (path: string, soname: boolean): AbiSide => {
      const { soname: _soname, ...plugin } = library(path);
      return side({ elf: [soname ? library(path) : plugin] });
    };
    expect(compare(own(`${folder}/systemd/libshared-252.so`, true), own(`${folder}/systemd/libshared-257.so`, true)).at(-1)).toBe('patch');
    expect(compare(own(`${folder}/ossl-modules/legacy.so`, false), side({}))).toEqual([
      `- plugin: ${folder}/ossl-modules/legacy.so is gone, which can only be loaded by its path`,
      'major',
    ]);
  });

  test('a symbol version that is gone breaks once, with its names; one for the package alone breaks nobody', () => {
    const before = offering({ '@@X_1': 'a b c', '@@X_PRIVATE': 'p' }, ['X_1', 'X_PRIVATE']);
    const diff = diffAbi(before, offering({ '@@X_2': 'a b c' }, ['X_2']));
    expect(told(diff)).toEqual([
      '- symbol-version: libx.so.1 offers X_1 no more',
      '+ symbol-version: libx.so.1 offers X_2: a, b and c',
      '~ symbol-version: libx.so.1 has X_PRIVATE no more, which is for its own package alone',
      'major',
    ]);
    expect(diff.breaks[0]?.symbols).toEqual(['a', 'b', 'c']);
  });

  test('a name that an old version keeps is still there for whoever was linked against it', () => {
    expect(compare(offering({ '@@X_1': 'a' }, ['X_1']), offering({ '@X_1': 'a', '@@X_2': 'a' }, ['X_1', 'X_2']))).toEqual([
      '+ symbol-version: libx.so.1 offers X_2: a',
      'minor',
    ]);
  });

  test('a name below a version that stays breaks', () => {
    expect(compare(offering({ '@@X_1': 'a b' }, ['X_1']), offering({ '@@X_1': 'a c' }, ['X_1']))).toEqual([
      '- symbol: libx.so.1 lacks 1 symbol of X_1 that the old one exports: b',
      '+ symbol: libx.so.1 exports 1 more symbol of X_1: c',
      'major',
    ]);
  });

  test('names without versions are bound to defaults, and what every linker adds is nobody’s', () => {
    expect(compare(offering({ '': 'a _edata' }), offering({ '@@X_1': 'a' }, ['X_1']))).toEqual([
      '+ symbol-version: libx.so.1 offers X_1: a',
      'minor',
    ]);
    expect(compare(offering({ '': 'a b c d e f' }), offering({ '': 'a' }))).toEqual([
      '- symbol: libx.so.1 lacks 5 symbols that the old one exports: b, c, d and 2 more',
      'major',
    ]);
  });

  test('what the tools of a link put into a library is nobody’s offer, and the page names all of it', () => {
    const rows = readFileSync(join(import.meta.dirname, '../../../docs/reference/abi-diff.md'), 'utf8').matchAll(
      /^\| `(\w+)` \| (.+) \|$/gm,
    );
    const table = Object.fromEntries([...rows].flatMap(([, name = '', from]) => (name in kinds ? [] : [[name, from]])));
    expect(table).toEqual(linkerSymbols);
    const names = Object.keys(linkerSymbols);
    expect(names).toEqual(expect.arrayContaining(['__so_start', '_IO_stdin_used', '__bss_start', '_edata', '_end']));
    for (const name of names) {
      expect(compare(offering({ '': `a ${name}` }), offering({ '': 'a' }))).toEqual(['patch']);
      expect(compare(offering({ '': 'a' }), offering({ '': `a ${name}` }))).toEqual(['patch']);
    }
    expect(compare(offering({ '': 'a end' }), offering({ '': 'a' })).at(-1)).toBe('major');
  });

  test('symbols that nobody has read are unknown, not equal', () => {
    const unread = { platforms: { 'linux/amd64': { facts: component('x', '1', { elf: [library(lib)] }).facts } } };
    expect(compare(offering({ '': 'a' }), unread)).toEqual(['? symbol: nobody has read which symbols the new libx.so.1 exports', 'patch']);
  });
});

describe('programs', () => {
  const tool = (path: string): Content => ({ elf: [program(path)] });

  test('one that is gone or moved breaks whoever names it', () => {
    expect(compare(side(tool('/usr/bin/x')), side({}))).toEqual([
      '- program: /usr/bin/x is gone',
      `~ need-library: libc.so.6 is not needed any more, as it was by /usr/bin/x`,
      `~ need-loader: the loader ${loader} is not needed any more, as it was by /usr/bin/x`,
      'major',
    ]);
    expect(compare(side(tool('/usr/sbin/x')), side(tool('/usr/bin/x')))).toEqual([
      '- program: /usr/sbin/x lies at /usr/bin/x now: who names its path doesn’t find it',
      '+ program: /usr/bin/x is new',
      'major',
    ]);
  });

  test('a link that leads to a program is one', () => {
    const linked = side({ ...tool('/usr/bin/x'), links: { '/usr/bin/y': 'x' } });
    expect(compare(linked, side({ elf: [program('/usr/bin/y')], links: { '/usr/bin/x': 'y' } }))).toEqual(['patch']);
    expect(compare(side(tool('/usr/bin/x')), linked)).toEqual(['+ program: /usr/bin/y is new', 'minor']);
  });

  test('a C library that can be started is a library', () => {
    const libc = library(`${folder}/libc.so.6`, { interpreter: loader });
    expect(compare(side({ elf: [libc], programs: [libc.path] }), side({ elf: [libc] }))).toEqual(['patch']);
  });
});

describe('needs', () => {
  const needing = (version: string, more: Partial<Parameters<typeof program>[1]> = {}): AbiSide =>
    side({ elf: [program('/usr/bin/x', { needs: [{ library: 'libc.so.6', versions: ['GLIBC_2.2.5', version] }], ...more })] });

  test('a higher symbol version is a new need: minor, or patch in a line that takes patches only', () => {
    const [before, after] = [needing('GLIBC_2.34'), needing('GLIBC_2.38')];
    expect(compare(before, after)).toEqual([
      '~ need-version: /usr/bin/x needs GLIBC_2.38 of libc.so.6; up to GLIBC_2.34 was needed',
      'minor',
    ]);
    expect(diffAbi(before, after, { newNeed: 'patch' }).bump).toBe('patch');
    expect(compare(after, before)).toEqual(['~ need-version: up to GLIBC_2.34 of libc.so.6 is needed; up to GLIBC_2.38 was', 'patch']);
  });

  test('a weak version and a library of its own are no needs', () => {
    const weak = side({
      elf: [program('/usr/bin/x', { needs: [{ library: 'libc.so.6', versions: ['GLIBC_2.38'], weak: ['GLIBC_2.38'] }] })],
    });
    expect(compare(side({ elf: [program('/usr/bin/x')] }), weak)).toEqual(['patch']);
    const own = side({ elf: [program('/usr/bin/x', { needed: ['libc.so.6', 'libx.so.1'] }), library(lib)] });
    expect(compare(side({ elf: [program('/usr/bin/x'), library(lib)] }), own)).toEqual(['patch']);
  });

  test('a library, a loader, a processor level and an interpreter are told with the file', () => {
    const before = side({ elf: [program('/usr/bin/x')], programs: ['/usr/bin/x', '/usr/bin/s'], scripts: { '/usr/bin/s': '/bin/sh' } });
    const after = side({
      elf: [program('/usr/bin/x', { needed: ['libc.so.6', 'libnew.so.1'], interpreter: '/lib/ld-musl-x86_64.so.1', isaLevel: 3 })],
      programs: ['/usr/bin/x', '/usr/bin/s'],
      scripts: { '/usr/bin/s': '/usr/bin/env python3' },
    });
    expect(compare(before, after)).toEqual([
      '~ need-library: /usr/bin/x needs libnew.so.1, which the old one doesn’t need',
      '~ need-loader: /usr/bin/x needs the loader /lib/ld-musl-x86_64.so.1, which the old one doesn’t need',
      '~ need-isa: /usr/bin/x needs a processor of x86-64-v3; x86-64-v1 was enough',
      '~ need-program: /usr/bin/s needs the interpreter /usr/bin/env python3, which the old one doesn’t need',
      `~ need-loader: the loader ${loader} is not needed any more, as it was by /usr/bin/x`,
      '~ need-program: the interpreter /bin/sh is not needed any more, as it was by /usr/bin/s',
      'minor',
    ]);
  });
});

describe('services', () => {
  const path = '/usr/bin/containerd-shim-runc-v2';
  const task = (version: string): { readonly service: string; readonly transport: 'ttrpc' } => ({
    service: `containerd.task.${version}.Task`,
    transport: 'ttrpc',
  });
  const shim = (go: NonNullable<ReturnType<typeof program>['go']>): AbiSide => side({ elf: [program(path, { go })] });

  test('the rename of the task service from v2 to v3 breaks, and so does a newer answer of a shim', () => {
    const old = shim({ services: { provides: [task('v2')], consumes: [] }, shimStart: { emits: 'plain' } });
    const now = shim({ services: { provides: [task('v3')], consumes: [] }, shimStart: { emits: 'json' } });
    expect(compare(old, now)).toEqual([
      `- rpc-service: ${path} serves ttrpc containerd.task.v2.Task no more`,
      `- shim-start: ${path} answers its start as json, and answered as plain`,
      `+ rpc-service: ${path} serves ttrpc containerd.task.v3.Task`,
      'major',
    ]);
  });

  test('a client that is linked no more breaks only where shims need it', () => {
    const daemon = (consumes: readonly { readonly service: string; readonly transport: 'ttrpc' }[]): AbiSide =>
      side({
        elf: [program('/usr/bin/containerd', { go: { services: { provides: [], consumes }, shimStart: { accepts: ['plain', 'json'] } } })],
      });
    const events = { service: 'containerd.services.events.ttrpc.v1.Events', transport: 'ttrpc' } as const;
    expect(compare(daemon([events, task('v2')]), daemon([task('v2')])).at(-1)).toBe('patch');
    expect(compare(daemon([task('v2'), task('v3')]), daemon([task('v3')]))).toEqual([
      '- rpc-service: /usr/bin/containerd speaks ttrpc containerd.task.v2.Task no more',
      'major',
    ]);
  });

  test('services that can’t be read any more are unknown', () => {
    const old = shim({ services: { provides: [task('v2')], consumes: [] } });
    expect(compare(old, shim({}))).toEqual([`? rpc-service: nobody can read which services ${path} has now`, 'patch']);
  });
});

describe('kernels', () => {
  const facts = (more: Partial<KernelFacts>): Content => ({
    kernel: { release: '6.12.1', vermagic: '6.12.1 SMP modversions', modules: {}, builtin: [], ...more },
  });
  const config = (y: readonly string[], m: readonly string[] = []): NonNullable<KernelFacts['config']> => ({ y, m, n: [], values: {} });
  const symbols = (crc: string, gpl = false): KernelSymbols => ({
    release: '6.12.1',
    unversioned: false,
    exports: new Map([['kfree', { crc, by: 'vmlinux', gpl, namespace: '' }]]),
  });

  test('an option that is off or gone breaks; what says how it was compiled is nobody’s choice', () => {
    const before = side(facts({ config: config(['OVERLAY_FS', 'CC_HAS_INT128'], ['BRIDGE']) }));
    const after = side(facts({ config: config(['BRIDGE', 'NF_TABLES'], []) }));
    expect(compare(before, after)).toEqual([
      '- kernel-config: CONFIG_OVERLAY_FS: y → absent',
      '+ kernel-config: CONFIG_NF_TABLES: absent → y',
      '~ kernel-config: CONFIG_BRIDGE: m → y',
      '~ kernel-config: CONFIG_CC_HAS_INT128: y → absent',
      'major',
    ]);
    expect(compare(before, side(facts({})))).toEqual(['? kernel-config: nobody has read the configuration of the new kernel', 'patch']);
  });

  test('a module that is gone breaks, unless it is built in now', () => {
    const modules = {
      overlay: { path: '/m/overlay.ko.xz', depends: [], before: [] },
      bridge: { path: '/m/bridge.ko.xz', depends: [], before: [] },
    };
    expect(compare(side(facts({ modules })), side(facts({ builtin: ['overlay'] })))).toEqual([
      '- kernel-module: the module bridge is gone',
      '~ kernel-module: overlay was a module, and is built in',
      'major',
    ]);
  });

  test('an exported symbol of another type breaks within one release; another release is another kernel', () => {
    const one = side(facts({}), { kernelSymbols: symbols('11111111') });
    expect(compare(one, side(facts({}), { kernelSymbols: symbols('22222222') }))).toEqual([
      '- kernel-symbol: 1 symbol for modules is of another type: kfree',
      'major',
    ]);
    expect(compare(one, side(facts({}), { kernelSymbols: symbols('11111111', true) })).at(-1)).toBe('major');
    expect(compare(one, side(facts({ release: '6.12.2' }), { kernelSymbols: symbols('22222222') }))).toEqual([
      '~ kernel-release: its release is 6.12.2, and was 6.12.1: modules of other components have to be built for it',
      '~ kernel-symbol: 1 symbol for modules is of another type: kfree',
      'patch',
    ]);
    expect(compare(one, side(facts({}))).slice(0, 1)).toEqual(['? kernel-symbol: nobody has read what the new kernel exports to modules']);
  });

  test('a module of another component is an offer, and needs the kernel that it was built for', () => {
    const module = (more: Partial<AddedModule>): AbiSide =>
      side({
        modules: {
          zfs: {
            path: '/usr/lib/modules/6.12.1/zfs.ko',
            release: '6.12.1',
            vermagic: '6.12.1 SMP',
            depends: [],
            before: [],
            license: 'CDDL',
            namespaces: [],
            firmware: [],
            versions: {},
            unversioned: [],
            weak: [],
            exports: {},
            ...more,
          },
        },
      });
    expect(compare(module({ exports: { zfs_open: 'aaaaaaaa' } }), module({ vermagic: '6.12.2 SMP', depends: ['spl'] }))).toEqual([
      '- kernel-symbol: zfs.ko exports zfs_open no more, or of another type',
      '~ need-kernel: zfs.ko is built for 6.12.2 SMP, and was for 6.12.1 SMP',
      '~ need-kernel: zfs.ko needs the module spl',
      'major',
    ]);
    expect(compare(module({}), side({})).slice(0, 1)).toEqual(['- kernel-module: the module zfs is gone']);
  });
});

test('a platform that is gone breaks', () => {
  const both: AbiSide = { platforms: { ...side({}).platforms, 'linux/arm64': { facts: component('x', '1', {}).facts } } };
  expect(compare(both, side({}))).toEqual(['- platform: it isn’t there for linux/arm64 any more', 'major']);
  expect(compare(side({}), both)).toEqual(['+ platform: it is there for linux/arm64', 'minor']);
});

describe('manifests', () => {
  const declared = async (more: object): Promise<AbiSide> => {
    const payload = {
      form: 1,
      platforms: { 'linux/amd64': { sources: [{ kind: 'files' }], digest: `sha256:${'0'.repeat(64)}`, size: 1024 } },
    };
    const text = JSON.stringify({
      name: '@moby/x',
      version: '1.0.1',
      description: 'x',
      license: 'Apache-2.0',
      component: { kind: 'tool', category: 'x', upstream: { version: '1.0.0', license: 'MIT' }, payload, ...more },
    });
    const parsed = await parseManifest({ file: 'package.json', text });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
    const manifest: Manifest = parsed.value;
    return { ...side({}), declared: manifest };
  };

  test('a capability that is gone, lower or beyond its caret breaks; a wider window adds', async () => {
    const before = await declared({ provides: { 'api:a': '1.2.0', 'api:b': '2.0.0', 'api:c': '>=1.24 <=1.45', 'api:d': '1.0.0' } });
    const after = await declared({ provides: { 'api:b': '3.0.0', 'api:c': '>=1.24 <=1.47', 'api:d': '1.1.0' } });
    expect(compare(before, after)).toEqual([
      '- capability: it doesn’t offer api:a any more',
      '- capability: api:b: 2.0.0 → 3.0.0; who asks for ^2.0.0 isn’t met',
      '+ capability: api:c: >=1.24 <=1.45 → >=1.24 <=1.47',
      '+ capability: api:d: 1.0.0 → 1.1.0',
      'major',
    ]);
    expect(compare(await declared({ provides: { 'api:a': '1.24.0' } }), await declared({ provides: { 'api:a': '1.20.0' } })).at(-1)).toBe(
      'major',
    );
    expect(
      compare(await declared({ provides: { 'api:a': '>=1.24 <=1.45' } }), await declared({ provides: { 'api:a': '>=1.40 <=1.47' } })).at(
        -1,
      ),
    ).toBe('major');
  });

  test('a requirement, a program and what is asked of the kernel are needs', async () => {
    const before = await declared({ requires: { tini: '>=0.18', shell: '*' } });
    const after = await declared({
      requires: { tini: '>=0.19', glibc: '*' },
      exec: ['iptables'],
      kernel: { modules: ['bridge'], version: '>=6.1' },
      conflicts: { podman: '*' },
    });
    expect(compare(before, after)).toEqual([
      '~ need-program: it expects the program iptables, which the old one doesn’t',
      '~ need-component: it requires glibc *, which the old one doesn’t',
      '~ need-component: it can’t be together with podman, and could',
      '~ need-component: it requires tini >=0.19, and required >=0.18',
      '~ need-kernel: it needs version >=6.1 of the kernel, which the old one doesn’t',
      '~ need-kernel: it needs the module bridge of the kernel, which the old one doesn’t',
      '~ need-component: it doesn’t require shell any more',
      'minor',
    ]);
  });
});

describe('real components', () => {
  const read = async (place: string): Promise<AbiSide> => {
    const text = (name: string): string => readFileSync(join(import.meta.dirname, '../../../components', place, name), 'utf8');
    const facts = parseFacts(text('facts.json'), 'facts.json').platforms['linux/amd64'];
    const symbols = parseSymbols(text('symbols.json'), 'symbols.json').platforms['linux/amd64']?.files;
    const manifest = await parseManifest({ file: 'package.json', text: text('package.json') });
    if (facts === undefined || symbols === undefined || !manifest.ok) throw new Error(`${place} has no facts`);
    return { platforms: { 'linux/amd64': { facts, symbols } }, declared: manifest.value, identity: facts.payload };
  };
  const shape = (diff: AbiDiff): readonly unknown[] => [
    diff.breaks.map(({ kind, name }) => `${kind} ${name}`),
    diff.adds.map(({ kind, name }) => `${kind} ${name}`),
    diff.changes.map(({ kind, name }) => `${kind} ${name}`),
    diff.unknown,
    diff.bump,
  ];

  test('glibc 2.36 → 2.41 adds versions and breaks nobody; what is private moved', async () => {
    const [breaks, adds, changes, unknown, bump] = shape(diffAbi(await read('glibc/2.36'), await read('glibc/2.41')));
    expect(breaks).toEqual([]);
    expect(adds).toContain('symbol-version GLIBC_2.38');
    expect(adds).toContain('symbol-version GLIBC_2.41');
    expect(changes).toEqual(['symbol GLIBC_PRIVATE', 'symbol GLIBC_PRIVATE', 'symbol GLIBC_PRIVATE']);
    expect([unknown, bump]).toEqual([[], 'minor']);
  });

  test('and back it breaks, with every version named', async () => {
    const { breaks, bump } = diffAbi(await read('glibc/2.41'), await read('glibc/2.36'));
    expect(breaks.map(({ sentence }) => sentence)).toContain('libm.so.6 offers GLIBC_2.41 no more');
    expect(bump).toBe('major');
  });

  test('openssl 3.0 → 3.5 keeps every symbol and needs more', async () => {
    const diff = diffAbi(await read('openssl/3.0'), await read('openssl/3.5'));
    expect(diff.breaks).toEqual([]);
    expect(diff.adds.find(({ kind }) => kind === 'symbol')).toMatchObject({ name: 'OPENSSL_3.0.0', symbols: ['BIO_f_zlib'] });
    expect(shape(diff)[2]).toEqual(['need-library libz.so.1', 'need-library libzstd.so.1', 'need-version GLIBC_2.38']);
    expect(diff.bump).toBe('minor');
  });

  test('redis 7.0 → 8.0 and crun 1.8 → 1.21', async () => {
    expect(shape(diffAbi(await read('redis/7.0'), await read('redis/8.0')))).toEqual([
      ['capability api:redis'],
      [],
      ['need-library libstdc++.so.6', 'need-version GLIBC_2.38', 'need-version GLIBC_2.38'],
      [],
      'major',
    ]);
    expect(shape(diffAbi(await read('crun/1.8'), await read('crun/1.21')))).toEqual([
      [],
      ['capability runtime:oci'],
      ['need-version GLIBC_2.38'],
      [],
      'minor',
    ]);
  });

  test('a version compared with itself is the same', async () => {
    expect(diffAbi(await read('redis/8.0'), await read('redis/8.0')).bump).toBe('none');
  });
});
