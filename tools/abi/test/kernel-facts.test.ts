import {
  extractAddedModule,
  extractFacts,
  formatFacts,
  formatKernelSymbols,
  parseFacts,
  parseKernelConfig,
  parseKernelSymbols,
  parseModuleSymvers,
} from '@moby/abi';
import { Failure, parseDigest, type Facts } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';
import { makeFullModule } from './module-writer.ts';

const vermagic = 'vermagic=6.12.118+deb13-cloud-amd64 SMP preempt mod_unload modversions ';
const info = ['license=GPL v2', 'firmware=b.bin', 'firmware=a.bin', 'import_ns=CXL', 'depends=spl', 'name=zfs', vermagic];
const plan = {
  info,
  versions: { printk: 0xdeadbeef, module_layout: 1 },
  imports: ['printk', 'bare'],
  weak: ['maybe'],
  exports: { zfs_open: 0xcafe, zfs_close: 7 },
};
const path = '/usr/lib/modules/6.12/updates/zfs.ko';

describe('a module of another component', () => {
  test.each([
    [64, true],
    [64, false],
    [32, true],
    [32, false],
  ] as const)('says what it needs and offers: class %i, little-endian %s', (bits, littleEndian) => {
    const bytes = makeFullModule({ ...plan, class: bits, littleEndian });
    expect(extractAddedModule(bytes, path)).toEqual({
      name: 'zfs',
      module: {
        path,
        release: '6.12',
        vermagic: vermagic.slice(9).trim(),
        depends: ['spl'],
        before: [],
        license: 'GPL v2',
        namespaces: ['CXL'],
        firmware: ['a.bin', 'b.bin'],
        versions: { module_layout: '00000001', printk: 'deadbeef' },
        unversioned: ['bare', 'maybe'],
        weak: ['maybe'],
        exports: { zfs_close: '00000007', zfs_open: '0000cafe' },
      },
    });
  });

  test('may carry its CRCs in the extended tables, and export them as absolute symbols', () => {
    const long = 'a'.repeat(100);
    const { module } = extractAddedModule(makeFullModule({ info, extended: { [long]: 3 }, exports: { x: 9 }, absolute: true }), path);
    expect([module.versions, module.exports]).toEqual([{ [long]: '00000003' }, { x: '00000009' }]);
  });

  test('stands under `modules`, and the facts come back from their text', async () => {
    const facts = await factsOf([['usr/lib/modules/6.12/updates/zfs.ko', makeFullModule(plan)]]);
    expect(Object.keys(facts.platforms['linux/amd64']?.modules ?? {})).toEqual(['zfs']);
    expect(facts.platforms['linux/amd64']?.kernel).toBeUndefined();
    expect(parseFacts(formatFacts(facts), 'facts.json')).toEqual(facts);
  });
});

describe('a configuration', () => {
  const text = '#\n# Automatically generated\n#\nCONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_HZ=250\nCONFIG_LSM="a,b"\n';

  test('tells on, as a module, off, and values apart', () => {
    expect(parseKernelConfig(text, 'config')).toEqual({ y: ['A'], m: ['B'], n: ['C'], values: { HZ: '250', LSM: '"a,b"' } });
  });

  test.each([
    ['another line', 'CONFIG_A', 'line 1 is no option and no comment'],
    ['an option that stands twice', 'CONFIG_A=y\n# CONFIG_A is not set\n', 'line 2 sets `A` again'],
    ['a long value', `CONFIG_A="${'x'.repeat(2000)}"`, 'line 1 has a value of 2002 characters, more than 1024'],
    ['too many characters', ' '.repeat((4 << 20) + 1), 'more than 4194304'],
  ])('is refused for %s', (_why, bad, message) => {
    expect(() => parseKernelConfig(bad, 'config')).toThrow(message);
    expect(() => parseKernelConfig(bad, 'config')).toThrow(Failure);
  });

  test.each(['boot/config-6.12', 'usr/lib/modules/6.12/config'])('is read from %s', async (file) => {
    const facts = await factsOf([
      [file, Buffer.from(text)],
      ['usr/lib/modules/6.12/modules.builtin', Buffer.from('kernel/fs/ext4/ext4.ko\n')],
    ]);
    expect(facts.platforms['linux/amd64']?.kernel).toMatchObject({ release: '6.12', builtin: ['ext4'], config: { y: ['A'] } });
    expect(parseFacts(formatFacts(facts), 'facts.json')).toEqual(facts);
  });
});

describe('exported symbols', () => {
  const text = [
    '0xf7370f56\tsystem_state\tvmlinux\tEXPORT_SYMBOL\t',
    '0x0000000a\tcxl_one\tdrivers/cxl/core/cxl_core\tEXPORT_SYMBOL_GPL\tCXL',
    '0x00000001\told_form\tvmlinux\tEXPORT_SYMBOL_GPL',
    '',
  ].join('\n');
  const options = { release: '6.12', path: 'Module.symvers' };

  test('come from Module.symvers, and back from their file', () => {
    const symbols = parseModuleSymvers(text, options);
    expect(symbols.exports.get('cxl_one')).toEqual({ crc: '0000000a', by: 'drivers/cxl/core/cxl_core', gpl: true, namespace: 'CXL' });
    const file = formatKernelSymbols({ symbols: 1, platforms: { 'linux/amd64': symbols } });
    expect(file).toMatchInlineSnapshot(`
      "{
        "platforms": {
          "linux/amd64": {
            "exports": {
              "drivers/cxl/core/cxl_core": { "crcs": "AAAACg==", "names": "cxl_one!@CXL" },
              "vmlinux": { "crcs": "AAAAAfc3D1Y=", "names": "old_form! system_state" }
            },
            "release": "6.12",
            "unversioned": false
          }
        },
        "symbols": 1
      }
      "
    `);
    expect(parseKernelSymbols(file, 'x')).toEqual({ symbols: 1, platforms: { 'linux/amd64': symbols } });
  });

  test('have no CRCs where the kernel compares none', () => {
    const symbols = parseModuleSymvers(text.replaceAll(/0x[0-9a-f]{8}/g, '0x00000000'), options);
    const file = formatKernelSymbols({ symbols: 1, platforms: { 'linux/amd64': symbols } });
    expect([symbols.unversioned, file.includes('crcs')]).toEqual([true, false]);
    expect(parseKernelSymbols(file, 'x').platforms['linux/amd64']).toEqual(symbols);
  });

  test.each([
    ['a line of another form', '0x1 a b', 'line 1 has another form'],
    ['a symbol that stands twice', `${text}${text}`, 'line 4 exports `system_state` again'],
  ])('are refused for %s', (_why, bad, message) => {
    expect(() => parseModuleSymvers(bad, options)).toThrow(message);
  });

  test.each([
    ['no JSON', (file: string) => file.slice(1), "it isn't JSON"],
    ['a missing CRC', (file: string) => file.replace('AAAACg==', ''), 'has 0 CRCs for 1 symbols'],
    ['another key', (file: string) => file.replace('"release"', '"released"'), 'an object has other keys'],
    ['a symbol of two exporters', (file: string) => file.replace('old_form!', 'cxl_one'), 'which is no symbol or not its own'],
  ])('of a file are refused for %s', (_why, change, message) => {
    const file = formatKernelSymbols({ symbols: 1, platforms: { 'linux/amd64': parseModuleSymvers(text, options) } });
    expect(() => parseKernelSymbols(change(file), 'x')).toThrow(message);
  });
});

test('damaged modules are read or refused, never more', () => {
  const seeds = [makeFullModule(plan), makeFullModule({ ...plan, class: 32, littleEndian: false, extended: { a: 1 }, absolute: true })];
  const report = fuzz((bytes) => extractAddedModule(bytes, path), seeds, { seed: 4, mutants: 3000 });
  expect([report.mutants, report.read > 100, report.refused > 100]).toEqual([3000, true, true]);
});

test('damaged configurations and symbol tables are read or refused, never more', () => {
  const config = Buffer.from('CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="x"\n');
  const symvers = Buffer.from('0x00000001\ta\tvmlinux\tEXPORT_SYMBOL\t\n');
  const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
  expect(fuzz((bytes) => parseKernelConfig(text(bytes), 'c'), [config], { seed: 5, mutants: 1500 }).refused).toBeGreaterThan(100);
  const read = (bytes: Uint8Array): unknown => parseModuleSymvers(text(bytes), { release: 'r', path: 's' });
  expect(fuzz(read, [symvers], { seed: 6, mutants: 1500 }).refused).toBeGreaterThan(100);
});

async function factsOf(files: readonly (readonly [path: string, bytes: Uint8Array])[]): Promise<Facts> {
  const payload = parseDigest(`sha256:${'0'.repeat(64)}`);
  if (payload === undefined) throw new Error('64 zeros are a digest');
  const entries = files.map(([name, bytes]) => ({ kind: 'file', path: name, mode: 0o644, bytes }) as const);
  return { facts: 1, platforms: { 'linux/amd64': await extractFacts({ payload, entries }) } };
}
