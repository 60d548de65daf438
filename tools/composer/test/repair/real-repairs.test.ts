import type { AddedModule, Judged, KernelFacts } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { checkOwn } from '../check/check-own.ts';
import { ask } from '../line/quiet-surroundings.ts';
import { scratchLibrary, service, type ScratchLibrary } from '../line/scratch-library.ts';

/** Each error with what was tried and mends it. */
function told(judged: Judged<unknown>): readonly string[] {
  return judged.findings
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ code, message, details = [] }) => {
      const at = details.findIndex((line) => /\btried: ?/.test(line));
      return [`${code}: ${message}`, ...(at < 0 ? [] : details.slice(at))];
    });
}

const head = 'defaults: { "runtime:oci": crun, "program:runc": runc }\n';
const disk = 'volumes: [{ name: data, size: 1GB }]\nonboot: [{ component: data-volume }]\n';
const engine = (more: string): string =>
  `services:\n  - component: docker@~28.5\n    args: ["/usr/bin/tini", -g, --, /usr/lib/moby/keep, /usr/lib/moby/dockerd${more}]\n`;
const network =
  'files:\n  - path: /etc/cni/net.d/10-x.conflist\n    contents: \'{ "cniVersion": "1.1.0", "plugins": [{ "type": "bridge" }] }\'\n';

interface Case {
  readonly what: string;
  readonly text: string;
  readonly says: readonly string[];
}

const real: readonly Case[] = [
  {
    what: 'a shim that the daemon does not understand',
    text: 'with: [containerd@~1.7, containerd-shim-runc@~2.1]\n',
    says: [
      "rpc-service: containerd-shim-runc 2.1.9+r1 doesn't fit containerd 1.7.24+r1",
      'either of these solves it; each was tried:',
      '  assembly.yaml:4   containerd@^2.1  instead of containerd@~1.7 (touches nothing else)',
      '  assembly.yaml:4   containerd-shim-runc@^1.7 instead of containerd-shim-runc@~2.1 (touches nothing else)',
    ],
  },
  {
    what: 'ranges that exclude each other',
    text: 'constraints: [glibc@~2.36]\nservices: [{ component: redis@^8 }]\n',
    says: [
      "no-solution: try can't be resolved",
      'either of these solves it; each was tried:',
      '  assembly.yaml:4   glibc@^2.43      instead of glibc@~2.36 (touches nothing else)',
      '  assembly.yaml:5   redis/redis@^7.0 instead of redis/redis@^8 (touches machine)',
    ],
  },
  {
    what: 'a capability that nobody may offer',
    text: 'without: [crun, runc, runc-by-crun]\n',
    says: [
      "no-solution: try can't be resolved",
      'either of these solves it; each was tried:',
      '  assembly.yaml:4   without the conflict with crun (touches nothing else)',
      '  assembly.yaml:4   without the conflict with runc (touches 3 other components)',
    ],
  },
  {
    what: 'a module that the kernel does not have',
    text: 'kernel: { modules: [no-such] }\n',
    says: [
      "kernel-module-present: try 1.0.0 doesn't fit linux 7.2.12+r1",
      'this solves it; it was tried: no-such left out of `kernel.modules` (touches nothing else)',
    ],
  },
  {
    what: 'a disk that the assembly does not have',
    text: 'onboot: [{ component: data-volume }]\n',
    says: [
      'invalid-assembly: `data-volume` needs the volume `data`, and the assembly has none of this name',
      'this solves it; it was tried: volumes: [{ name: data, size: 4GB }] (touches nothing else)',
    ],
  },
  {
    what: 'a volume that nobody mounts',
    text: 'services: [{ component: docker@~28.5 }]\n',
    says: [
      'invalid-assembly: `docker` needs `volume:data`, which `data-volume` offers where it is run, and no entry runs it',
      'this solves it; it was tried: onboot: [{ component: data-volume }] and volumes: [{ name: data, size: 4GB }] (touches 5 other components)',
    ],
  },
  {
    what: 'a program that the assembly forbids, and that an argument makes needless',
    text: `without: [docker-proxy]\n${disk}${engine('')}`,
    says: [
      'exec-path: docker 28.5.2+r1 lacks what it needs in docker',
      'either of these solves it; each was tried: --userland-proxy=false added to `args` in docker (touches nothing else) · `without: docker-proxy` left out (touches docker)',
    ],
  },
  {
    what: 'an argument that the engine does not know',
    text: `${disk}${engine(', --firewall-backend=nftables')}`,
    says: [
      'netfilter-backend: docker 28.5.2+r1 lacks what it needs in docker',
      'this solves it; it was tried: --firewall-backend left out of `args` in docker (touches nothing else)',
    ],
  },
  {
    what: 'a version of the API that is forced',
    text: `${disk}services:\n  - component: docker@~28.5\n    with: [docker-cli@~28.5]\n    env: { DOCKER_API_VERSION: "1.99" }\n`,
    says: [
      'docker-api-window: docker-cli 28.5.2+r1 lacks what it needs in docker',
      'this solves it; it was tried: DOCKER_API_VERSION left out of `env` in docker (touches nothing else)',
    ],
  },
  {
    what: 'a network whose plugins are too old',
    text: `with: [cni-plugins@~1.1]\n${network}`,
    says: [
      "cni-version: try 1.0.0 doesn't fit cni-plugins 1.1.1+r1",
      'this solves it; it was tried: cni-plugins@^1.9 instead of cni-plugins@~1.1 at assembly.yaml:4 (touches nothing else)',
    ],
  },
  {
    what: 'a network without its plugins',
    text: network,
    says: [
      'cni-version: try 1.0.0 lacks what it needs in machine',
      'this solves it; it was tried: with cni-plugins (touches 6 other components)',
    ],
  },
  {
    what: 'a configuration that is too new for its daemon',
    text: 'with: [containerd@~1.7]\nfiles:\n  - { path: /etc/containerd/config.toml, contents: "version = 3\\n" }\n',
    says: [
      "config-version: try 1.0.0 doesn't fit containerd 1.7.24+r1",
      'this solves it; it was tried: containerd@^2.1 instead of containerd@~1.7 at assembly.yaml:4 (touches containerd-shim-runc)',
    ],
  },
  {
    what: 'two errors, each by itself',
    text: `kernel: { modules: [no_such] }\n${network}`,
    says: [
      "kernel-module-present: try 1.0.0 doesn't fit linux 7.2.12+r1",
      'this mends it, and leaves the rest; it was tried: no_such left out of `kernel.modules` (touches nothing else)',
      'cni-version: try 1.0.0 lacks what it needs in machine',
      'this mends it, and leaves the rest; it was tried: with cni-plugins (touches 6 other components)',
    ],
  },
];

describe('the library’s components', () => {
  test.each(real)('$what', async ({ text, says }) => {
    expect(told(await checkOwn(`${head}${text}`))).toEqual(says);
  });
});

const path = '/usr/bin/app';
const elf = (more: object): object => ({ path, class: 64, machine: 'x86-64', needed: [], needs: [], offers: [], ...more });
const lib = '/usr/lib/x86_64-linux-gnu/libwords.so.1';
const vermagic = (release: string): string => `${release} SMP modversions `;
const kernelFacts = (release: string, y: readonly string[]): { readonly kernel: KernelFacts } => ({
  kernel: { release, vermagic: vermagic(release), modules: {}, builtin: [], config: { y, m: [], n: ['VXLAN'], values: {} } },
});
const zfs: AddedModule = {
  path: '/usr/lib/modules/6.12.1/updates/zfs.ko',
  release: '6.12.1',
  vermagic: `6.12.1 SMP preempt `,
  depends: [],
  before: [],
  license: 'GPL',
  namespaces: [],
  firmware: [],
  versions: {},
  unversioned: [],
  weak: [],
  exports: {},
};

/** A service, and a library of words in two versions, of which the newer has what it needs. */
async function words(made: ScratchLibrary, app: object, requires: object = { words: '*' }): Promise<void> {
  await made.add(service('app', '1.0.0', { requires }));
  for (const [version, offers] of [
    ['1.0.0', ['WORDS_1.0']],
    ['2.0.0', ['WORDS_1.0', 'WORDS_2.0']],
  ] as const) {
    await made.add({ name: 'words', upstream: version, files: { 'usr/share/words': version } });
    await made.teach(`words/${version.slice(0, 3)}`, { elf: [elf({ path: lib, soname: 'libwords.so.1', offers })] });
  }
  await made.teach('app/1.0', { elf: [elf({ interpreter: lib, needed: ['libwords.so.1'], ...app })] });
}

/** The app imports a name without a version, which the newer library of words has. */
async function symbols(made: ScratchLibrary): Promise<void> {
  await made.teachSymbols('app/1.0', { [path]: { imports: { '': 'spell' }, exports: {} } });
  await made.teachSymbols('words/1.0', { [lib]: { imports: {}, exports: { '': 'read' } } });
  await made.teachSymbols('words/2.0', { [lib]: { imports: {}, exports: { '': 'read spell' } } });
}

/** A second kernel, which has the option that the first one lacks. */
async function kernels(made: ScratchLibrary): Promise<void> {
  await made.add({
    name: 'linux',
    upstream: '6.13.2',
    files: { 'boot/vmlinuz-6.13.2': 'kernel\n' },
    manifest: { kind: 'kernel', provides: { 'kernel:linux': '6.13.2' }, exclusive: ['slot:kernel'] },
  });
  await made.teach('linux/6.12', kernelFacts('6.12.1', []));
  await made.teach('linux/6.13', kernelFacts('6.13.2', ['BRIDGE']));
}

/** Of two kernels the older has a module without the one that it depends on; the newer has both. */
async function brokenKernel(made: ScratchLibrary): Promise<void> {
  await kernels(made);
  await made.add(service('app', '1.0.0'));
  for (const [line, release, lacks] of [
    ['6.12', '6.12.1', true],
    ['6.13', '6.13.2', false],
  ] as const) {
    const module = (name: string, depends: readonly string[]): object => ({
      [name]: { path: `/usr/lib/modules/${release}/kernel/${name}.ko`, depends, before: [] },
    });
    const modules = {
      ...module('usb_uas', ['usb_storage']),
      ...module('usb_storage', ['scsi_mod']),
      ...(lacks ? {} : module('scsi_mod', [])),
    };
    await made.teach(`linux/${line}`, { kernel: { ...kernelFacts(release, []).kernel, modules } });
  }
}

const withLibrary: readonly (Case & { readonly library: (made: ScratchLibrary) => Promise<void> })[] = [
  {
    what: 'a library that nobody brings, by its soname',
    library: (made) => words(made, { needed: ['libwords.so.1'], interpreter: path }, {}),
    text: 'services: [{ component: app }]\n',
    says: ['elf-needed: app 1.0.0+r1 lacks what it needs in app', 'this solves it; it was tried: with words in app (touches nothing else)'],
  },
  {
    what: 'a symbol version that the chosen library is too old for',
    library: (made) => words(made, { needs: [{ library: 'libwords.so.1', versions: ['WORDS_2.0'] }] }),
    text: 'constraints: [words@~1.0]\nservices: [{ component: app }]\n',
    says: [
      "elf-version: app 1.0.0+r1 doesn't fit words 1.0.0+r1",
      'this solves it; it was tried:',
      '  assembly.yaml:4   words@^2.0       instead of words@~1.0 (touches nothing else)',
    ],
  },
  {
    what: 'a symbol that the chosen library is too old for',
    library: async (made) => {
      await words(made, {});
      for (const version of ['1.0', '2.0']) await made.teach(`words/${version}`, { elf: [elf({ path: lib, soname: 'libwords.so.1' })] });
      await symbols(made);
    },
    text: 'constraints: [words@~1.0]\nservices: [{ component: app }]\n',
    says: [
      "elf-symbol: app 1.0.0+r1 doesn't fit words 1.0.0+r1",
      'this solves it; it was tried:',
      '  assembly.yaml:4   words@^2.0       instead of words@~1.0 (touches nothing else)',
    ],
  },
  {
    what: 'a symbol that either of two libraries might offer',
    library: async (made) => {
      const other = '/usr/lib/x86_64-linux-gnu/libother.so.1';
      await words(made, { needed: ['libwords.so.1', 'libother.so.1'] }, { words: '*', other: '*' });
      await made.add({ name: 'other', upstream: '1.0.0', files: { 'usr/share/other': '' } });
      await made.teach('other/1.0', { elf: [elf({ path: other, soname: 'libother.so.1' })] });
      await made.teachSymbols('other/1.0', {});
      for (const version of ['1.0', '2.0']) await made.teach(`words/${version}`, { elf: [elf({ path: lib, soname: 'libwords.so.1' })] });
      await symbols(made);
    },
    text: 'constraints: [words@~1.0]\nservices: [{ component: app }]\n',
    says: [
      'elf-symbol: app 1.0.0+r1 lacks what it needs in app',
      'this solves it; it was tried: words@^2.0 instead of words@~1.0 at assembly.yaml:4 (touches app)',
    ],
  },
  {
    what: 'a module that needs one which its kernel does not have',
    library: brokenKernel,
    text: 'kernel: { component: linux@~6.12, modules: [usb-uas] }\nservices: [{ component: app }]\n',
    says: [
      'kernel-module-depends: linux 6.12.1+r1 lacks what it needs in machine',
      'either of these solves it; each was tried: linux@^6.13 instead of linux@~6.12 at assembly.yaml:4 (touches nothing else) · usb-uas left out of `kernel.modules` (touches nothing else)',
    ],
  },
  {
    what: 'an option that the kernel was built without',
    library: async (made) => {
      await kernels(made);
      await made.add(service('app', '1.0.0', { kernel: { config: { needs: [{ options: ['BRIDGE'], reason: 'networks' }] } } }));
    },
    text: 'kernel: { component: linux@~6.12 }\nservices: [{ component: app }]\n',
    says: [
      "kernel-config: app 1.0.0+r1 doesn't fit linux 6.12.1+r1",
      'this solves it; it was tried:',
      '  assembly.yaml:4   linux@^6.13      instead of linux@~6.12 (touches nothing else)',
    ],
  },
  {
    what: 'a module that was built for another kernel',
    library: async (made) => {
      await kernels(made);
      await made.add(service('app', '1.0.0'));
      await made.teach('app/1.0', { modules: { zfs: { ...zfs, vermagic: vermagic('6.13.2') } } });
      await made.teach('linux/6.12', { kernel: { ...kernelFacts('6.12.1', []).kernel, vermagic: '6.12.1 SMP ' } });
      await made.teach('linux/6.13', { kernel: { ...kernelFacts('6.13.2', []).kernel, vermagic: vermagic('6.13.2') } });
    },
    text: 'kernel: { component: linux@~6.12 }\nservices: [{ component: app }]\n',
    says: [
      "kmod-vermagic: app 1.0.0+r1 doesn't fit linux 6.12.1+r1",
      'this solves it; it was tried:',
      '  assembly.yaml:4   linux@^6.13      instead of linux@~6.12 (touches nothing else)',
    ],
  },
  {
    what: 'a script whose interpreter nobody brings',
    library: async (made) => {
      await made.add({ name: 'shell', upstream: '1.0.0', files: { 'usr/bin/sh': '' } });
      await made.teach('shell/1.0', { programs: ['/usr/bin/sh'] });
      await made.add(service('app', '1.0.0'));
      await made.teach('app/1.0', { programs: [path], scripts: { [path]: '/usr/bin/sh' } });
    },
    text: 'services: [{ component: app }]\n',
    says: [
      'exec-interpreter: app 1.0.0+r1 lacks what it needs in app',
      'this solves it; it was tried: with shell in app (touches nothing else)',
    ],
  },
  {
    what: 'a library for another processor',
    library: async (made) => {
      await words(made, {});
      await made.teach('words/1.0', { elf: [elf({ path: lib, soname: 'libwords.so.1', machine: 'aarch64' })] });
    },
    text: 'constraints: [words@~1.0]\nservices: [{ component: app }]\n',
    says: [
      "elf-interp: app 1.0.0+r1 doesn't fit words 1.0.0+r1",
      'this solves it; it was tried: words@^2.0 instead of words@~1.0 at assembly.yaml:4 (touches app)',
    ],
  },
  {
    what: 'a runtime for control groups that the init does not mount',
    library: async (made) => {
      const manifest = { kind: 'runtime', provides: { 'runtime:oci': '1.3.0' }, runtime: { program: '/usr/bin/crun', cgroup: ['v1'] } };
      await made.add({ name: 'crun', upstream: '1.22.0', files: { 'usr/bin/crun': 'crun\n' }, executable: ['usr/bin/crun'], manifest });
      await made.add({
        name: 'init',
        upstream: '1.1.0',
        files: { init: '#!/usr/bin/busybox sh\n' },
        executable: ['init'],
        manifest: {
          kind: 'init',
          init: { cgroup: 'v2' },
          provides: { 'init:moby': '1.1.0' },
          exclusive: ['slot:init'],
          requires: { busybox: '^1.37', 'runtime:oci': '>=1.0.0' },
        },
      });
      await made.add(service('app', '1.0.0'));
    },
    text: 'with: [crun@~1.22]\nconstraints: [init@~1.1]\nservices: [{ component: app }]\n',
    says: [
      "cgroup-mode: crun 1.22.0+r1 doesn't fit init 1.1.0+r1",
      'either of these solves it; each was tried:',
      '  assembly.yaml:4   crun@^1.21       instead of crun@~1.22 (touches nothing else)',
      '  assembly.yaml:5   init@^1.0        instead of init@~1.1 (touches nothing else)',
    ],
  },
  {
    what: 'a processor that is too small',
    library: async (made) => {
      await made.add(service('app', '1.0.0'));
      await made.teach('app/1.0', { elf: [elf({ isaLevel: 3 })] });
    },
    text: 'processor: x86-64-v2\nservices: [{ component: app }]\n',
    says: ['cpu-isa: app 1.0.0+r1 lacks what it needs in app', 'this solves it; it was tried: processor: x86-64-v3 (touches nothing else)'],
  },
];

describe('components of two versions', () => {
  test.each(withLibrary)('$what', async ({ library, text, says }) => {
    const made = await scratchLibrary();
    await library(made);
    await made.assembly('try', `name: try\nversion: 1.0.0\n${head}${text}`.replace(', "program:runc": runc', ''));
    expect(told(await (await made.open()).check(ask('try')))).toEqual(says);
  });
});
