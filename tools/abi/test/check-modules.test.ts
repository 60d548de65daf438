import { checkModules, describeEdge, extractKernelFacts, extractModuleFacts } from '@moby/abi';
import type { KernelFacts } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { makeElf, makeModule } from './elf-writer.ts';

const vermagic = 'vermagic=6.12.117+deb13-cloud-amd64 SMP preempt mod_unload modversions ';

describe('facts of a module', () => {
  test.each([
    [64, true],
    [64, false],
    [32, true],
    [32, false],
  ] as const)('are read from class %i, little-endian %s', (bits, littleEndian) => {
    const bytes = makeModule(
      ['license=GPL', 'softdep=pre: blake2b-256 sha256 post: late', 'depends=xor,raid6-pq', 'name=btr-fs', vermagic],
      { class: bits, littleEndian },
    );
    expect(extractModuleFacts(bytes, '/x/btrfs.ko')).toEqual({
      name: 'btr_fs',
      depends: ['xor', 'raid6_pq'],
      before: ['blake2b_256', 'sha256'],
      vermagic: vermagic.slice(9).trim(),
      license: 'GPL',
      namespaces: [],
      firmware: [],
    });
  });

  test.each([
    ['another magic number', Buffer.from('PK'), 'another magic number'],
    ['a program', makeElf({}), 'a kernel module is relocatable'],
    ['a file without vermagic', makeModule(['name=x']), '`.modinfo` has no `vermagic`'],
    ['a cut file', makeModule([vermagic]).subarray(0, 150), 'it ends before byte'],
  ])('are refused for %s', (_why, bytes, message) => {
    expect(() => extractModuleFacts(bytes, '/x/y.ko')).toThrow(message);
  });

  test('of one kernel are put together, with what is built in', async () => {
    const modules = ['b-two', 'a_one'].map((name) => ({
      path: `/usr/lib/modules/6.12/kernel/${name}.ko.xz`,
      bytes: makeModule([`name=${name}`, vermagic, 'depends=']),
    }));
    expect(
      await extractKernelFacts({ release: '6.12', modules, builtin: 'kernel/fs/ext4/ext4.ko\nkernel/crypto/crc32c-generic.ko\n' }),
    ).toEqual({
      release: '6.12',
      vermagic: vermagic.slice(9).trim(),
      modules: {
        a_one: { path: '/usr/lib/modules/6.12/kernel/a_one.ko.xz', depends: [], before: [] },
        b_two: { path: '/usr/lib/modules/6.12/kernel/b-two.ko.xz', depends: [], before: [] },
      },
      builtin: ['crc32c_generic', 'ext4'],
    });
    const other = { path: '/x.ko', bytes: makeModule(['name=x', 'vermagic=7.2 SMP']) };
    await expect(extractKernelFacts({ release: '6.12', modules: [...modules, other], builtin: '' })).rejects.toThrow(
      '`/x.ko` was built for `7.2 SMP`',
    );
    await expect(extractKernelFacts({ release: '6.12', modules: [...modules, ...modules], builtin: '' })).rejects.toThrow(
      'two modules are called `b_two`',
    );
  });
});

describe('modules that are asked for', () => {
  const facts: KernelFacts = {
    release: '6.12.117',
    vermagic: '',
    builtin: ['virtio', 'virtio_pci', 'crc32c_generic'],
    modules: Object.fromEntries(
      (
        [
          ['virtio_net', ['net_failover'], []],
          ['net_failover', ['failover'], []],
          ['failover', [], []],
          ['erofs', ['libcrc32c'], []],
          ['libcrc32c', [], ['crc32c']],
          ['btrfs', ['xor', 'libcrc32c'], ['blake2b_generic', 'no_such_module']],
          ['xor', [], []],
          ['blake2b_generic', ['virtio'], []],
          ['left', ['right'], []],
          ['right', ['left'], []],
          ['broken', ['gone'], []],
        ] as const
      ).map(([name, depends, before]) => [name, { path: `/usr/lib/modules/6.12.117/kernel/${name}.ko.xz`, depends, before }]),
    ),
  };
  const plan = (...names: readonly string[]): ReturnType<typeof checkModules> =>
    checkModules({
      asked: names.map((name) => ({ name, component: 'dhcp', version: '1.0.0' })),
      kernel: { component: 'linux', version: '6.12.117', facts },
    });
  const order = (...names: readonly string[]): readonly string[] => plan(...names).ordered.map((module) => module.name);

  test('come after what they depend on, each once', () => {
    expect(order('virtio-net', 'failover', 'erofs')).toEqual(['failover', 'net_failover', 'virtio_net', 'libcrc32c', 'erofs']);
    expect(plan('failover').ordered).toEqual([{ name: 'failover', path: '/usr/lib/modules/6.12.117/kernel/failover.ko.xz' }]);
  });

  test('come after their softdep where it is a module', () => {
    expect(order('btrfs')).toEqual(['blake2b_generic', 'xor', 'libcrc32c', 'btrfs']);
    expect(plan('btrfs').findings).toEqual([]);
  });

  test('are not loaded where they are built in', () => {
    expect(plan('virtio-pci')).toMatchObject({ ordered: [], edges: [{ verdict: 'ok', evidence: 'binary' }], findings: [] });
  });

  test('end in a cycle', () => {
    expect(order('left')).toEqual(['right', 'left']);
  });

  test('that nobody has are refused, with the nearest name', () => {
    expect(plan('virtio-nett')).toMatchObject({
      ordered: [],
      findings: [
        {
          severity: 'error',
          code: 'unknown-module',
          message: 'dhcp asks for the module `virtio_nett`, which linux 6.12.117 has neither as a file nor built in',
          hints: ['did you mean `virtio_net`?'],
        },
      ],
    });
    expect(plan('toString').findings).toHaveLength(1);
    expect(plan('toString').edges.flatMap((edge) => describeEdge(edge).rows.map((row) => row.what))).toEqual([
      'toString',
      'no such module',
    ]);
  });

  test('whose dependency is left out of the payload are refused', () => {
    expect(plan('broken').findings).toMatchObject([
      {
        code: 'incomplete-kernel',
        message: 'the module broken needs the module gone, which linux 6.12.117 has neither as a file nor built in',
      },
    ]);
  });

  test('are not more than a thousand', () => {
    expect(() => plan(...Array.from({ length: 1001 }, () => 'erofs'))).toThrow('1001 kernel modules are asked for, more than 1000');
  });

  test('are unknown where the kernel has no facts', () => {
    const { edges, ordered } = checkModules({
      asked: [{ name: 'erofs', component: 'x', version: '1' }],
      kernel: { component: 'linux', version: '6.12.117', facts: undefined },
    });
    expect({ ordered, verdicts: edges.map((edge) => edge.verdict) }).toEqual({ ordered: [], verdicts: ['unknown'] });
  });
});
