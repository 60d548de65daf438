import { readFileSync } from 'node:fs';
import type { AddedModulesSubject } from '@moby/abi';
import { makeVersion, type AddedModule, type KernelExport, type KernelSymbols } from '@moby/model';

/** overlay.ko of five Debian kernels and what these export, as overlay-pairs.txt has them. */
export const releases = ['6.1.0-47', '6.1.0-50', '6.12.94', '6.12.107', '7.2.12'] as const;

export type Release = (typeof releases)[number];

const lines = readFileSync(new URL('overlay-pairs.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' '));
const rows = lines.filter(([first]) => first !== 'vermagic');

export function overlayOn(module: Release, kernel: Release): AddedModulesSubject {
  const vermagic = vermagicOf(kernel);
  const facts = { release: vermagic.split(' ')[0] ?? '', vermagic, modules: {}, builtin: [] };
  return {
    kernel: { component: 'linux', version: makeVersion('6.1.176', 1), facts, symbols: symbolsOf(kernel) },
    added: [{ component: 'overlay', version: module, modules: { overlay: overlayOf(module) } }],
  };
}

function vermagicOf(release: Release): string {
  const line = lines.find(([first, second]) => first === 'vermagic' && second === release) ?? [];
  return line.slice(2).join(' ');
}

export function overlayOf(release: Release): AddedModule {
  const column = 1 + releases.indexOf(release);
  const needed = rows.flatMap((row) => (row[column] === '-' ? [] : [[row[0] ?? '', row[column] ?? ''] as const]));
  const vermagic = vermagicOf(release);
  return {
    path: `/usr/lib/modules/${vermagic.split(' ')[0]}/kernel/fs/overlayfs/overlay.ko.xz`,
    release: vermagic.split(' ')[0] ?? '',
    vermagic,
    depends: [],
    before: [],
    license: 'GPL',
    namespaces: [],
    firmware: [],
    versions: Object.fromEntries(needed.filter(([, crc]) => crc !== 'none')),
    unversioned: needed.filter(([, crc]) => crc === 'none').map(([name]) => name),
    weak: [],
    exports: {},
  };
}

function symbolsOf(release: Release): KernelSymbols {
  const column = 1 + releases.length + releases.indexOf(release);
  const exports = rows.flatMap((row): readonly (readonly [string, KernelExport])[] => {
    const [name = '', crc = '-'] = [row[0], row[column]];
    return crc === '-' ? [] : [[name, { crc, by: 'vmlinux', gpl: false, namespace: '' }]];
  });
  return {
    release: vermagicOf(release).split(' ')[0] ?? '',
    unversioned: exports.every(([, { crc }]) => crc === '00000000'),
    exports: new Map(exports),
  };
}
