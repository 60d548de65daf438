import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import {
  extractAddedModule,
  extractElfFacts,
  extractElfSymbols,
  extractGoFacts,
  extractModuleFacts,
  parseFacts,
  parseKernelConfig,
  parseKernelSymbols,
  parseLoaderCache,
  parseModuleSymvers,
  parseSymbols,
  readConfigFile,
  readGoDescriptors,
} from '@moby/abi';
import { decompress, readDeb, readDebControl, readPayload } from '@moby/content';
import type { FailureCode, PayloadEntry } from '@moby/model';
import type { OracleWorld } from './oracle-world.ts';

/** Something that takes bytes from outside. */
export interface FuzzedReader {
  readonly read: (bytes: Uint8Array) => unknown;
  /** Files that are in order, out of real payloads where there are some. */
  readonly seeds: (world: OracleWorld) => Promise<readonly Uint8Array[]>;
  /** Refusals beside `bad-archive` and `limit`. */
  readonly refusals?: readonly FailureCode[];
}

const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
/** Of a larger file too few mutants are read in ten minutes. */
const maxSeedBytes = 3_000_000;
const maxSeeds = 8;
const networkConfig =
  '{ "cniVersion": "1.0.0", "cniVersions": ["0.4.0"], "name": "x", "plugins": [{ "type": "bridge" }, { "type": "portmap" }] }';

export const readers: Readonly<Record<string, FuzzedReader>> = {
  elf: { read: (bytes) => extractElfFacts(bytes, '/mutant'), seeds: elfFiles },
  'elf-symbols': { read: (bytes) => extractElfSymbols(bytes, '/mutant'), seeds: elfFiles },
  go: {
    read: (bytes) => [extractGoFacts(bytes, '/mutant'), readGoDescriptors(bytes, '/mutant')],
    seeds: (world) =>
      files(
        world,
        [
          ['docker-proxy', '20.10'],
          ['docker-proxy', '28.5'],
          ['containerd-shim-runc', '1.6'],
        ],
        /^usr\/s?bin\//,
        12_000_000,
      ),
  },
  module: {
    read: (bytes) => [
      extractModuleFacts(bytes, '/usr/lib/modules/r/kernel/m.ko'),
      extractAddedModule(bytes, '/usr/lib/modules/r/kernel/m.ko'),
    ],
    seeds: async (world) => Promise.all((await kernelModules(world)).map((bytes) => decompress(bytes, 'm.ko.xz', 'm.ko.xz'))),
  },
  'config.toml': {
    read: (bytes) => readConfigFile('/etc/containerd/config.toml', bytes),
    seeds: (world) => files(world, [['containerd', '2.1']], /^etc\/containerd\/config\.toml$/),
  },
  'network-config': {
    read: (bytes) => readConfigFile('/etc/cni/net.d/10-x.conflist', bytes),
    seeds: () => Promise.resolve([Buffer.from(networkConfig)]),
  },
  'kernel-config': {
    read: (bytes) => parseKernelConfig(latin1(bytes), 'config'),
    seeds: (world) => files(world, [['linux', '6.12']], /^boot\/config-/),
  },
  symvers: {
    read: (bytes) => parseModuleSymvers(latin1(bytes), { release: 'r', path: '/Module.symvers' }),
    seeds: symversTables,
  },
  'kernel-symbols.json': {
    read: (bytes) => parseKernelSymbols(utf8(bytes), 'kernel-symbols.json'),
    seeds: (world) => ownFiles(world, 'kernel-symbols.json', ['linux/6.12', 'linux/7.2']),
    refusals: ['invalid-input'],
  },
  'facts.json': {
    read: (bytes) => parseFacts(utf8(bytes), 'facts.json'),
    seeds: (world) => ownFiles(world, 'facts.json', ['redis/8.0', 'containerd/1.7', 'docker-proxy/28.5', 'busybox/1.37']),
    refusals: ['invalid-input'],
  },
  'symbols.json': {
    read: (bytes) => parseSymbols(utf8(bytes), 'symbols.json'),
    seeds: (world) => ownFiles(world, 'symbols.json', ['redis/8.0', 'crun/1.21', 'zlib/1.3']),
    refusals: ['invalid-input'],
  },
  'ld.so.cache': {
    read: parseLoaderCache,
    seeds: () => Promise.resolve(['/etc/ld.so.cache'].filter((path) => existsSync(path)).map((path) => readFileSync(path))),
  },
  deb: {
    read: async (bytes) => [[...(await readDebControl(bytes, 'mutant'))], await readDeb(bytes, 'mutant')],
    seeds: (world) => world.packages(['netbase', 'tini', 'libmnl']),
  },
  tar: { read: (bytes) => readPayload(bytes), seeds: tarFiles },
  xz: { read: (bytes) => decompress(bytes, 'mutant.xz', 'mutant'), seeds: kernelModules },
  zstd: {
    read: (bytes) => decompress(bytes, 'mutant.zst', 'mutant'),
    seeds: async (world) => (await tarFiles(world)).map((bytes) => zstdCompressSync(bytes)),
  },
  gzip: {
    read: (bytes) => decompress(bytes, 'mutant.gz', 'mutant'),
    seeds: async (world) => (await tarFiles(world)).map((bytes) => gzipSync(bytes)),
  },
};

type Line = readonly [name: string, line: string];

/** The smallest files of components whose path fits. */
async function files(world: OracleWorld, lines: readonly Line[], pattern: RegExp, maxBytes = maxSeedBytes): Promise<readonly Uint8Array[]> {
  const brought = await world.bring(await Promise.all(lines.map(([name, line]) => world.line(name, line))));
  const found: Uint8Array[] = [];
  for (const component of brought) found.push(...(await world.entries(component)).flatMap((entry) => bytesOf(entry, pattern)));
  const seeds = found.filter(({ length }) => length <= maxBytes).sort((a, b) => a.length - b.length);
  return seeds.slice(0, maxSeeds);
}

function bytesOf(entry: PayloadEntry, pattern: RegExp): readonly Uint8Array[] {
  // A copy, so that the rest of the payload can go.
  return entry.kind === 'file' && pattern.test(entry.path) ? [Uint8Array.from(entry.bytes)] : [];
}

function elfFiles(world: OracleWorld): Promise<readonly Uint8Array[]> {
  const lines: readonly Line[] = [
    ['tini', '0.19'],
    ['crun', '1.21'],
    ['libseccomp', '2.6'],
    ['libsystemd', '257'],
    ['redis', '8.0'],
  ];
  return files(world, lines, /^usr\/(?:s?bin\/|lib\/.*\.so)/);
}

function kernelModules(world: OracleWorld): Promise<readonly Uint8Array[]> {
  return files(world, [['linux', '6.12']], /\/(?:overlay|dummy|veth|virtio_blk)\.ko\.xz$/);
}

/** GNU tar's, of two small payloads. */
async function tarFiles(world: OracleWorld): Promise<readonly Uint8Array[]> {
  const brought = await world.bring(await Promise.all([world.line('netbase', '6.5'), world.line('libmnl', '1.0')]));
  const trees = await Promise.all(brought.map((component) => world.unpacked(component)));
  return trees.map((tree) => spawnSync('tar', ['-C', tree, '-cf', '-', 'usr'], { maxBuffer: maxSeedBytes }).stdout);
}

/** As a headers package has them, out of what was kept of it. */
async function symversTables(world: OracleWorld): Promise<readonly Uint8Array[]> {
  const symbols = (await world.line('linux', '6.12')).kernelSymbols?.().platforms['linux/amd64'];
  const rows = [...(symbols?.exports ?? [])].slice(0, 2000);
  return [Buffer.from(rows.map(([name, { crc }]) => `0x${crc}\t${name}\tvmlinux\tEXPORT_SYMBOL_GPL\t\n`).join(''))];
}

async function ownFiles(world: OracleWorld, name: string, lines: readonly string[]): Promise<readonly Uint8Array[]> {
  const found = (await world.all()).filter(({ manifest, line }) => lines.includes(`${manifest.name}/${line}`));
  return found.map(({ folder }) => readFileSync(join(folder, name)));
}
