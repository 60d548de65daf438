import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatKernelSymbols } from '@moby/abi';
import type { AddedModule, KernelFacts } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { ask } from '../line/quiet-surroundings.ts';
import { scratchLibrary, service, type ScratchLibrary } from '../line/scratch-library.ts';

const web = 'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n  - component: app\n';
const vermagic = '6.12.1 SMP modversions ';
const path = (name: string): string => `/usr/lib/modules/6.12.1/kernel/${name}.ko.xz`;
const module = (name: string, ...depends: readonly string[]): KernelFacts['modules'][string] => ({ path: path(name), depends, before: [] });
const kernel: KernelFacts = {
  release: '6.12.1',
  vermagic,
  modules: { overlay: module('overlay'), nft_compat: module('nft_compat', 'nf_tables'), nf_tables: module('nf_tables') },
  builtin: [],
  config: { y: ['CGROUPS', 'BRIDGE'], m: ['OVERLAY_FS', 'NFT_COMPAT', 'VXLAN'], n: ['MEMCG_V1'], values: {} },
};

async function library(manifest: object): Promise<ScratchLibrary> {
  const scratch = await scratchLibrary();
  await scratch.add(service('app', '1.0.0', manifest));
  await scratch.assembly('web', web);
  await scratch.teach('linux/6.12', { kernel });
  return scratch;
}

/** Verdicts of the rules about kernels, as `rule verdict need`. */
async function verdicts(scratch: ScratchLibrary): Promise<readonly string[]> {
  const checked = await (await scratch.open()).check(ask('web'));
  if (!checked.ok) return checked.findings.map(({ code, message }) => `${code}: ${message}`);
  const { edges, modules } = checked.value.verdict;
  const judged = edges
    .filter(({ rule }) => /^(?:kernel|kmod|cgroup)\./.test(rule))
    .map((edge) => `${edge.rule} ${edge.verdict} ${edge.need}`);
  return [...judged, `carried: ${modules.map(({ name }) => name).join(' ')}`];
}

const need = (reason: string, ...options: readonly unknown[]): object => ({ options, reason });

describe('the kernel that a component needs', () => {
  test('has the options, and the machine carries the modules that hold them', async () => {
    const either = { anyOf: [[{ option: 'NFT_COMPAT', module: 'nft_compat' }], ['IP_NF_IPTABLES_LEGACY']], reason: 'published ports' };
    const config = { needs: [need('networks', 'BRIDGE', { option: 'OVERLAY_FS', module: 'overlay' }), either] };
    expect(await verdicts(await library({ kernel: { config } }))).toEqual([
      'kernel.module-present ok overlay',
      'kernel.module-present ok nft_compat',
      'kernel.config ok CONFIG_BRIDGE',
      'kernel.config ok CONFIG_OVERLAY_FS',
      'kernel.config ok NFT_COMPAT, or IP_NF_IPTABLES_LEGACY',
      'kernel.module-present ok overlay',
      'kernel.module-present ok nft_compat',
      'carried: overlay nf_tables nft_compat',
    ]);
  });

  test('is refused without the option, or where the payload lacks the module', async () => {
    expect(await verdicts(await library({ kernel: { config: { needs: [need('old limits', 'MEMCG_V1')] } } }))).toEqual([
      "kernel-config: app 1.0.0+r1 doesn't fit linux 6.12.1+r1",
    ]);
    const vxlan = need('networks', { option: 'VXLAN', module: 'vxlan' });
    expect(await verdicts(await library({ kernel: { config: { needs: [vxlan] } } }))).toEqual([
      "kernel-module-present: app 1.0.0+r1 doesn't fit linux 6.12.1+r1",
    ]);
  });
});

describe('a module of another component', () => {
  const added: AddedModule = {
    path: '/usr/lib/modules/6.12.1/updates/zfs.ko',
    release: '6.12.1',
    vermagic,
    depends: [],
    before: [],
    license: 'GPL',
    namespaces: [],
    firmware: [],
    versions: { printk: '0000beef' },
    unversioned: [],
    weak: [],
    exports: {},
  };
  const symbolsFile = (crc: string): string =>
    formatKernelSymbols({
      symbols: 1,
      platforms: {
        'linux/amd64': {
          release: '6.12.1',
          unversioned: false,
          exports: new Map([['printk', { crc, by: 'vmlinux', gpl: false, namespace: '' }]]),
        },
      },
    });
  const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

  async function withModule(crc: string): Promise<ScratchLibrary> {
    const scratch = await library({});
    await scratch.teach('app/1.0', { modules: { zfs: added } });
    const text = symbolsFile(crc);
    await writeFile(join(scratch.folder, 'components/linux/6.12/kernel-symbols.json'), text);
    await scratch.teach('linux/6.12', { kernel: { ...kernel, symbols: digestOf(text) } });
    return scratch;
  }

  test('is judged by what the kernel exports', async () => {
    expect(await verdicts(await withModule('0000beef'))).toEqual([
      `kmod.vermagic ok ${vermagic}`,
      'kmod.symbol ok 1 symbols',
      'kmod.crc ok 1 symbol versions',
      'carried: ',
    ]);
    expect(await verdicts(await withModule('0000dead'))).toEqual(["kmod-crc: app 1.0.0+r1 doesn't fit linux 6.12.1+r1"]);
  });

  test('is not judged by a file that the facts do not name', async () => {
    const scratch = await withModule('0000dead');
    await writeFile(join(scratch.folder, 'components/linux/6.12/kernel-symbols.json'), symbolsFile('0000beef'));
    await expect(verdicts(scratch)).rejects.toMatchObject({ code: 'wrong-facts' });
  });

  test('is all that the exported symbols are read for', async () => {
    const scratch = await library({});
    await writeFile(join(scratch.folder, 'components/linux/6.12/kernel-symbols.json'), 'never read');
    expect(await verdicts(scratch)).toEqual(['carried: ']);
  });
});

describe('control groups', () => {
  test('are judged where the init says which version it mounts', async () => {
    const scratch = await library({});
    const manifest = { kind: 'runtime', provides: { 'runtime:oci': '1.3.0' }, runtime: { program: '/usr/bin/crun', cgroup: ['v1'] } };
    await scratch.add({ name: 'crun', upstream: '1.22.0', files: { 'usr/bin/crun': 'crun\n' }, executable: ['usr/bin/crun'], manifest });
    const init = {
      kind: 'init',
      provides: { 'init:moby': '1.1.0' },
      exclusive: ['slot:init'],
      requires: { busybox: '^1.37', 'runtime:oci': '>=1.0.0' },
      init: { cgroup: 'v2' },
    };
    await scratch.add({ name: 'init', upstream: '1.1.0', files: { init: 'x' }, executable: ['init'], manifest: init });
    await scratch.assembly('web', `init: init@~1.1\nwith: [crun@~1.22]\n${web}`);
    expect(await verdicts(scratch)).toEqual(["cgroup-mode: crun 1.22.0+r1 doesn't fit init 1.1.0+r1"]);
  });
});
