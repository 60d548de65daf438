import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  checkRoot,
  openFileSymbols,
  type CheckRootOptions,
  type Edge,
  type RootComponent,
  type RootFacts,
  rules,
  type SymbolLookup,
} from '@moby/abi';
import type { ElfSymbols } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { component, glibc, library, program } from './world.ts';

/** What was read from packages of Debian 12, 13 and 14, cut down to the files and symbols of the case. */
interface RuleCase extends Pick<Partial<CheckRootOptions>, 'programs' | 'cpuLevel' | 'allScripts'> {
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly facts: RootFacts;
    readonly symbols: Readonly<Record<string, ElfSymbols>>;
  }[];
}

interface RuleFile {
  readonly rule: Edge['rule'];
  readonly fails: RuleCase;
  readonly passes: RuleCase;
}

function symbolsOf(files: Readonly<Record<string, ElfSymbols>>): SymbolLookup {
  const opened = new Map(Object.entries(files).map(([path, symbols]) => [path, openFileSymbols(symbols)]));
  return { of: (path) => opened.get(path) };
}

function judge(world: RuleCase): readonly Edge[] {
  const components = world.components.map(({ name, version, facts, symbols }) => ({ name, version, facts, symbols: symbolsOf(symbols) }));
  return checkRoot({ root: 'root', platform: 'linux/amd64', programs: [], ...world, components });
}

const folder = join(import.meta.dirname, 'rules');
const named = (ending: string): readonly string[] =>
  readdirSync(folder).flatMap((name) => (name.endsWith(ending) ? [readFileSync(join(folder, name), 'utf8')] : []));
const files = named('.json').map((text): RuleFile => JSON.parse(text));
/** Rules that don't judge roots: a `describe` of the rule's name in a test of its own, with what fails and what passes. */
const described = named('.test.ts').flatMap((text) =>
  [...text.matchAll(/^describe\('([a-z]+\.[a-z-]+)', .*\n((?:(?!\}\);).*\n)*)/gm)].flatMap(([, id = '', body = '']) =>
    /\bfails: /.test(body) && /\bpasses\b/.test(body) ? [id] : [],
  ),
);
/** The verdict where the case fails; a note that only suggests a library is no more than told. */
const failing: Readonly<Partial<Record<Edge['rule'], Edge['verdict']>>> = { 'elf.dlopen': 'info' };

const sentences: Readonly<Record<string, readonly string[]>> = {
  'cpu.isa': [
    '/v3 needs a processor of x86-64-v3; the target is x86-64-v2',
    '/v3-go needs a processor of x86-64-v3; the target is x86-64-v2',
  ],
  'elf.dlopen': [
    "/usr/lib/x86_64-linux-gnu/libsystemd.so.0.40.0 may load libgcrypt.so.20 for gcrypt (suggested), which isn't in this root",
    "/usr/lib/x86_64-linux-gnu/libsystemd.so.0.40.0 may load liblz4.so.1 for lz4 (suggested), which isn't in this root",
    "/usr/lib/x86_64-linux-gnu/libsystemd.so.0.40.0 may load liblzma.so.5 for lzma (suggested), which isn't in this root",
  ],
  'elf.interp': ["/usr/bin/redis-cli is loaded by /lib64/ld-linux-x86-64.so.2, which isn't in this root"],
  'elf.machine': ["/usr/bin/redis-cli is for aarch64 (64 bits) and can't run on linux/amd64"],
  'elf.needed': ['libblake3.so.0', 'libcap.so.2', 'libjson-c.so.5', 'libseccomp.so.2', 'libsystemd.so.0'].map(
    (name) => `/usr/bin/crun needs ${name}, which isn't in this root`,
  ),
  'elf.symbol': [
    "/usr/lib/x86_64-linux-gnu/libc.so.6 imports __tunable_is_initialized@GLIBC_PRIVATE from ld-linux-x86-64.so.2; /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 doesn't have it",
  ],
  'elf.version': [
    '/usr/bin/redis-check-rdb needs sqrtf@GLIBC_2.43 from libm.so.6; /usr/lib/x86_64-linux-gnu/libm.so.6 has up to GLIBC_2.41',
  ],
  'exec.interpreter': ["/usr/bin/debconf-show is a script for /usr/bin/perl, which isn't in this root"],
  'exec.path': ["docker 26.1.5 expects iptables, which isn't on the PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
  'rpc.service': [
    '/usr/bin/containerd-shim-runc-v2 serves ttrpc containerd.task.v3.Task; /usr/bin/containerd speaks ttrpc containerd.task.v2.Task, grpc containerd.task.v3.Task',
  ],
  'shim.bootstrap': ['/usr/bin/containerd-shim-runc-v2 answers its start as json; /usr/bin/containerd understands plain'],
};

test('every rule has a case, and a case that fails and one that passes', () => {
  expect([...files.map(({ rule }) => rule), ...described].sort()).toEqual(rules.map(({ id }) => id).sort());
});

describe.each(files)('$rule', ({ rule, fails, passes }) => {
  const verdict = failing[rule] ?? 'error';

  test('finds what does not fit in real packages, and says which file, which name', () => {
    const found = judge(fails).filter((edge) => edge.rule === rule && edge.verdict === verdict);
    expect(found.map(({ sentence }) => sentence).sort()).toEqual(sentences[rule]);
  });

  test('passes what fits', () => {
    const edges = judge(passes).filter((edge) => edge.rule === rule);
    expect(edges.filter((edge) => edge.verdict !== 'ok' && edge.verdict !== 'warn').map(({ sentence }) => sentence)).toEqual([]);
    // Machines and levels that fit need no edge.
    if (rule !== 'elf.machine' && rule !== 'cpu.isa') expect(edges.some((edge) => edge.verdict === 'ok')).toBe(true);
  });
});

describe('symbols', () => {
  const path = '/usr/lib/x86_64-linux-gnu/libseccomp.so.2';
  const user = (imports: ElfSymbols['imports']): RootComponent => ({
    ...component('user', '1.0.0', { elf: [program('/usr/bin/user', { needed: ['libseccomp.so.2', 'libc.so.6'] })] }),
    symbols: symbolsOf({ '/usr/bin/user': { imports, exports: {} } }),
  });
  const seccomp = (names: string): RootComponent => ({
    ...component('libseccomp', '2.5.4', { elf: [library(path)] }),
    symbols: symbolsOf({ [path]: { imports: {}, exports: { '': names } } }),
  });
  const libc = (more: Partial<ElfSymbols> = {}): RootComponent => {
    const known = glibc('2.41.0');
    const lookup = symbolsOf({
      '/usr/lib/x86_64-linux-gnu/libc.so.6': { imports: {}, exports: { '@@GLIBC_2.34': 'exit', '@GLIBC_2.36': 'old' }, ...more },
    });
    const empty = openFileSymbols(undefined);
    return { ...known, symbols: { of: (file) => lookup.of(file) ?? empty } };
  };
  const troubles = (...components: readonly RootComponent[]): readonly string[] =>
    checkRoot({ root: 'r', platform: 'linux/amd64', components, programs: [] })
      .filter((edge) => edge.rule === 'elf.symbol' && edge.verdict !== 'ok')
      .map(({ verdict, sentence }) => `${verdict} ${sentence}`);

  test('of a library without versions are looked for by name, and the only such library is meant', () => {
    const needs = user({ '': 'seccomp_init seccomp_precompute' });
    expect(troubles(needs, seccomp('seccomp_init'), libc())).toEqual([
      `error /usr/bin/user imports seccomp_precompute; ${path} doesn't have it`,
    ]);
    expect(troubles(needs, seccomp('seccomp_init seccomp_precompute'), libc())).toEqual([]);
  });

  test('without a version are found under a default version, not under an old one', () => {
    expect(troubles(user({ '': 'exit' }), seccomp('x'), libc())).toEqual([]);
    expect(troubles(user({ '': 'old' }), seccomp('x'), libc())).toEqual([expect.stringMatching(/^error .* imports old/)]);
  });

  test('with a version are found under it, and in a file that has none', () => {
    expect(troubles(user({ 'libc.so.6(GLIBC_2.36)': 'old' }), seccomp('x'), libc())).toEqual([]);
    expect(troubles(user({ 'libc.so.6(GLIBC_2.34)': 'gone' }), seccomp('gone'), libc())).toEqual([]);
    expect(troubles(user({ 'libc.so.6(GLIBC_2.34)': 'a b' }), seccomp('x'), libc())).toEqual([
      "error /usr/bin/user imports a@GLIBC_2.34 and 1 more from libc.so.6; /usr/lib/x86_64-linux-gnu/libc.so.6 doesn't have them",
    ]);
  });

  test('are unknown where nobody has read those of a file, and not looked for where a library is missing', () => {
    const { symbols: _, ...unread } = libc();
    expect(troubles(user({ '': 'exit' }), seccomp('x'), unread)).toEqual([expect.stringMatching(/^unknown /)]);
    expect(troubles(user({ '': 'exit' }), libc())).toEqual([]);
  });

  test('that a program may offer itself are unknown where it offers many', () => {
    const host = user({});
    const many = { ...host, symbols: symbolsOf({ '/usr/bin/user': { imports: {}, exports: {}, manyExports: true } }) };
    const asking = { ...seccomp('x'), symbols: symbolsOf({ [path]: { imports: { '': 'callback' }, exports: {} } }) };
    expect(troubles(many, asking, libc())).toEqual([expect.stringMatching(/^unknown .*libseccomp.so.2, loaded by .* imports callback/)]);
  });
});
