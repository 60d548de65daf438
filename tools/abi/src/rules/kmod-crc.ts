import type { AddedModule, KernelSymbols } from '@moby/model';
import type { Edge } from '../edge.ts';
import { compareText } from '../order.ts';
import {
  type AddedModulesEnd,
  type AddedModulesSubject,
  comparesCrcs,
  fileOf,
  hasCrcs,
  kernelEnd,
  moduleEnd,
  nameOf,
  symbolsOf,
  unknownExports,
} from './kernel-end.ts';
import type { Rule } from './rule.ts';

export const kmodCrc: Rule<AddedModulesSubject> = {
  id: 'kmod.crc',
  title: 'a module was built against the same types as its kernel',
  why:
    'A kernel with MODVERSIONS gives each exported symbol a CRC over its type, and a module carries the CRCs that it was built against. Where one differs, a structure ' +
    'has another layout, and the kernel refuses the module: `disagrees about version of symbol ...`. Its last line is often another one (a signature, a taint), so the CRCs ' +
    'are what has to be read. Two kernels of one Debian release may differ.',
  levels: {
    ok: 'every CRC that the module carries and the kernel exports is the same, or the kernel compares none',
    error: 'a CRC differs, or the module carries none and the kernel wants them',
    unknown: 'the kernel has no symbols of its headers package',
  },
  references: ['Linux kernel/module/version.c, check_version', 'Linux Documentation/kbuild/modules.rst, Module.symvers'],
  isPair: true,
  examples: {
    fails: 'overlay.ko of Debian’s 6.1.0-47 on its 6.1.0-50: 132 of 203 CRCs differ',
    passes: 'overlay.ko of Debian’s 6.12.107 on its own kernel: 214 of 214 are the same',
  },
  check: ({ kernel, added }) => added.flatMap((end) => Object.values(end.modules).map((module) => judge({ kernel, added, end, module }))),
};

interface Pair extends AddedModulesSubject {
  readonly end: AddedModulesEnd;
  readonly module: AddedModule;
}

function judge({ kernel, added, end, module }: Pair): Edge {
  const file = `${fileOf(module)} of ${nameOf(end)}`;
  const carried = Object.keys(module.versions).length;
  const base = {
    rule: 'kmod.crc',
    root: 'machine',
    from: moduleEnd(end, module, '__versions'),
    need: `${carried} symbol versions`,
    by: kernelEnd(kernel, 'Module.symvers'),
    evidence: 'binary',
  } as const;
  const symbols = symbolsOf(kernel);
  if (kernel.facts === undefined || symbols === undefined) return { ...base, ...unknownExports(kernel, file, base.need) };
  if (!comparesCrcs(kernel.facts.vermagic))
    return { ...base, verdict: 'ok', offer: 'compares none', sentence: `${nameOf(kernel)} compares no symbol versions` };
  const hints = [`build ${nameOf(end)} for ${kernel.facts.release}, or choose the kernel that it was built for`];
  if (!hasCrcs(module))
    return {
      ...base,
      verdict: 'error',
      offer: 'compares them all',
      sentence: `${file} carries no symbol versions, and ${nameOf(kernel)} loads no module without`,
      hints,
    };
  const differing = differingCrcs(module, symbols, exportsOf(added));
  const [first] = differing;
  if (first === undefined)
    return { ...base, verdict: 'ok', offer: 'the same', sentence: `${file} was built against the symbols that ${nameOf(kernel)} exports` };
  return {
    ...base,
    verdict: 'error',
    need: `${first.name} ${first.needed}`,
    offer: `${first.name} ${first.offered}`,
    sentence: `${differing.length} of ${carried} symbol versions of ${file} are not those of ${nameOf(kernel)}, first ${first.name}: needs ${first.needed}, gets ${first.offered}`,
    hints,
  };
}

export interface DifferingCrc {
  readonly name: string;
  /** 8 hex digits. */
  readonly needed: string;
  readonly offered: string;
}

/** By name. A symbol that nobody exports has no CRC to differ from: that is `kmod.symbol`. */
export function differingCrcs(
  module: AddedModule,
  symbols: KernelSymbols,
  added: ReadonlyMap<string, string> = new Map(),
): readonly DifferingCrc[] {
  return Object.entries(module.versions)
    .flatMap(([name, needed]) => {
      const offered = symbols.exports.get(name)?.crc ?? added.get(name);
      return offered === undefined || offered === '' || offered === needed ? [] : [{ name, needed, offered }];
    })
    .sort((a, b) => compareText(a.name, b.name));
}

/** What added modules export to each other. */
export function exportsOf(added: readonly AddedModulesEnd[]): ReadonlyMap<string, string> {
  return new Map(added.flatMap(({ modules }) => Object.values(modules).flatMap((module) => Object.entries(module.exports))));
}
