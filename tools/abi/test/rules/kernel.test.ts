import { readFileSync } from 'node:fs';
import { cgroupMode, type ConfigEnd, type KernelEnd, kernelConfig, kernelModulePresent } from '@moby/abi';
import { type ConfigNeed, type KernelConfig, makeVersion, parseRange } from '@moby/model';
import { describe, expect, test } from 'vitest';

const kernels = ['6.1.176', '6.12.107', '7.2.12'] as const;
const engines = ['20.10.24', '26.1.5', '28.5.2', '29.7.2'] as const;
const rows = readFileSync(new URL('docker-options.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' '));

/** A Debian kernel with its real options, as docker-options.txt has them; `change` sets some otherwise. */
function kernelOf(version: (typeof kernels)[number], change: Readonly<Record<string, string>> = {}): KernelEnd {
  const states = new Map(rows.map((row) => [row[0] ?? '', row[1 + kernels.indexOf(version)] ?? '-']));
  for (const [name, state] of Object.entries(change)) states.set(name, state);
  const withState = (wanted: string): readonly string[] => [...states].flatMap(([name, state]) => (state === wanted ? [name] : []));
  const config: KernelConfig = { y: withState('y'), m: withState('m'), n: withState('n'), values: {} };
  const modules = { overlay: { path: '/usr/lib/modules/6/overlay.ko.xz', depends: [], before: [] } };
  const facts = { release: version, vermagic: 'x', modules, builtin: ['bridge'], config };
  return { component: 'linux', version: makeVersion(version, 1), facts, symbols: undefined };
}

function dockerOf(version: (typeof engines)[number]): ConfigEnd {
  const column = 1 + kernels.length + engines.indexOf(version);
  const listed = (mark: string): readonly string[] => rows.flatMap((row) => (row[column] === mark ? [row[0] ?? ''] : []));
  const need = (option: string): ConfigNeed => ({ anyOf: [[{ option }]], reason: 'containers' });
  const storage = { anyOf: [[{ option: 'OVERLAY_FS', module: 'overlay' }], [{ option: 'BTRFS_FS' }]], reason: 'images' };
  return { component: 'docker', version, needs: [...listed('r').map(need), storage], wants: listed('o').map(need) };
}

function asks(list: 'needs' | 'wants', ...needs: readonly ConfigNeed[]): ConfigEnd {
  return { component: 'x', version: '1', needs: [], wants: [], [list]: needs };
}

describe('kernel.config', () => {
  test.each(engines.flatMap((engine) => kernels.map((kernel) => [engine, kernel] as const)))(
    'passes: docker %s on linux %s has all that it needs',
    (engine, kernel) => {
      const edges = kernelConfig.check({ kernel: kernelOf(kernel), asking: [dockerOf(engine)] });
      expect(edges.filter(({ from, verdict }) => from.fact === 'kernel.config.needs' && verdict !== 'ok')).toEqual([]);
      // MEMCG_SWAP and CRYPTO_GHASH are wishes for options that newer kernels don't have: named, not warned of.
      const shown = edges.filter(({ verdict }) => verdict === 'info').map(({ need }) => need);
      expect(shown.every((need) => need === 'CONFIG_MEMCG_SWAP' || need === 'CONFIG_CRYPTO_GHASH')).toBe(true);
      const warned = edges.filter(({ verdict }) => verdict === 'warn').map(({ need }) => need);
      expect(warned).toEqual(engine === '20.10.24' ? ['CONFIG_RT_GROUP_SCHED'] : []);
    },
  );

  test('fails: BRIDGE_NETFILTER off', () => {
    const edges = kernelConfig.check({ kernel: kernelOf('6.12.107', { BRIDGE_NETFILTER: 'n' }), asking: [dockerOf('28.5.2')] });
    expect(edges.filter(({ verdict }) => verdict === 'error')).toMatchObject([
      {
        need: 'CONFIG_BRIDGE_NETFILTER',
        offer: 'CONFIG_BRIDGE_NETFILTER is not set',
        sentence: 'docker 28.5.2 needs CONFIG_BRIDGE_NETFILTER for containers, and linux 6.12.107+r1 was built without it',
      },
    ]);
  });

  test('tells an option that is off from one that does not exist', () => {
    const need = { anyOf: [[{ option: 'MEMCG_V1' }]], reason: 'old limits' };
    const verdicts = (list: 'needs' | 'wants'): readonly string[] =>
      kernels.map((kernel) => kernelConfig.check({ kernel: kernelOf(kernel), asking: [asks(list, need)] })[0]?.verdict ?? '');
    expect([verdicts('needs'), verdicts('wants')]).toEqual([
      ['error', 'error', 'error'],
      ['info', 'warn', 'warn'],
    ]);
  });

  test('asks only the kernels that an entry is for, and one of its alternatives', () => {
    const range = parseRange('<5.8');
    if (range === undefined) throw new Error('a range');
    const old = { anyOf: [[{ option: 'MEMCG_SWAP' }]], reason: 'swap limits', kernel: range };
    const either = { anyOf: [[{ option: 'AUFS_FS' }], [{ option: 'NOT_THERE' }]], reason: 'images' };
    const edges = kernelConfig.check({ kernel: kernelOf('6.12.107'), asking: [asks('needs', old, either)] });
    expect(edges).toMatchObject([{ verdict: 'error', need: 'AUFS_FS, or NOT_THERE', offer: 'none of them' }]);
  });

  test('is unknown without a configuration, once a component', () => {
    const kernel = { ...kernelOf('6.12.107'), facts: undefined };
    expect(kernelConfig.check({ kernel, asking: [dockerOf('29.7.2'), asks('needs')] })).toMatchObject([{ verdict: 'unknown' }]);
  });
});

describe('kernel.module-present', () => {
  const need = { anyOf: [[{ option: 'OVERLAY_FS', module: 'overlay' }]], reason: 'layers' };
  const check = (options: {
    readonly kernel?: KernelEnd;
    readonly end?: ConfigEnd;
    readonly carried?: readonly string[];
  }): readonly object[] =>
    kernelModulePresent.check({
      kernel: options.kernel ?? kernelOf('6.12.107'),
      asking: [options.end ?? asks('needs', need)],
      carried: options.carried === undefined ? undefined : new Set(options.carried),
    });
  const leftOut = (): KernelEnd => {
    const kernel = kernelOf('6.12.107');
    return kernel.facts === undefined ? kernel : { ...kernel, facts: { ...kernel.facts, modules: {} } };
  };

  test('fails: OVERLAY_FS=m, and overlay.ko left out of the payload', () => {
    expect(check({ kernel: leftOut() })).toMatchObject([{ verdict: 'error', need: 'overlay', offer: 'no such module' }]);
  });

  test('fails: the payload has it, and the machine does not carry it', () => {
    expect(check({ carried: ['veth'] })).toMatchObject([{ verdict: 'error', offer: 'not in the machine' }]);
    expect(check({ carried: ['veth'], end: asks('wants', need) })).toMatchObject([{ verdict: 'warn' }]);
  });

  test('passes: it is carried, or nobody has chosen yet, or it is built in', () => {
    expect(check({ carried: ['overlay'] })).toMatchObject([{ verdict: 'ok' }]);
    expect(check({})).toMatchObject([{ verdict: 'ok', by: { path: '/usr/lib/modules/6/overlay.ko.xz' } }]);
    const builtin = { anyOf: [[{ option: 'BRIDGE', module: 'bridge' }]], reason: 'networks' };
    expect(check({ end: asks('needs', builtin), carried: [] })).toMatchObject([{ verdict: 'ok' }]);
  });

  test('asks for no file where the option is built in', () => {
    expect(check({ kernel: kernelOf('6.12.107', { OVERLAY_FS: 'y' }), carried: [] })).toEqual([]);
  });
});

describe('cgroup.mode', () => {
  const check = (kernel: KernelEnd, mode: 'v1' | 'v2' | undefined, modes?: readonly ('v1' | 'v2')[]): readonly string[] =>
    cgroupMode
      .check({
        kernel,
        init: { component: 'init', version: '1', mode },
        runtimes: [{ component: 'crun', version: '1.21', modes }],
      })
      .map(({ verdict }) => verdict);

  test('fails: version 1 on 6.12 and 7.2; passes on 6.1; version 2 on all', () => {
    const both = ['v1', 'v2'] as const;
    expect(kernels.map((kernel) => check(kernelOf(kernel), 'v1', both)[0])).toEqual(['ok', 'error', 'error']);
    expect(kernels.map((kernel) => check(kernelOf(kernel), 'v2', both)[0])).toEqual(['ok', 'ok', 'ok']);
  });

  test('fails where the runtime does not know the version that the init mounts', () => {
    expect(check(kernelOf('6.12.107'), 'v2', ['v1'])).toEqual(['ok', 'error']);
  });

  test('is unknown where a manifest or the facts do not say it', () => {
    expect(check(kernelOf('6.12.107'), undefined, ['v2'])).toEqual(['unknown', 'unknown']);
    expect(check(kernelOf('6.12.107'), 'v2')).toEqual(['ok', 'unknown']);
    expect(check({ ...kernelOf('6.12.107'), facts: undefined }, 'v2', ['v2'])).toEqual(['unknown', 'ok']);
  });
});
