import type { AddedModule } from '@moby/model';
import type { Edge } from '../edge.ts';
import {
  type AddedModulesEnd,
  type AddedModulesSubject,
  comparesCrcs,
  fileOf,
  hasCrcs,
  type KernelEnd,
  kernelEnd,
  moduleEnd,
  nameOf,
} from './kernel-end.ts';
import type { Rule } from './rule.ts';

export const kmodVermagic: Rule<AddedModulesSubject> = {
  id: 'kmod.vermagic',
  title: 'a module was built for a kernel of this build',
  why:
    'A module carries the release, SMP, preemption and other properties of the kernel that it was built for. The kernel refuses one that differs: ' +
    '`version magic ... should be ...`, and insmod says `Invalid module format`. Where both the kernel and the module carry CRCs of symbols, ' +
    'the release itself may differ, because the CRCs say more exactly what fits.',
  levels: {
    ok: 'both are equal, up to the release where both sides carry CRCs',
    error: 'they differ: the kernel will not load the module',
    unknown: 'the kernel has no facts, or no module of its own to read it from',
  },
  references: ['Linux kernel/module/main.c, check_modinfo', 'Linux kernel/module/version.c, same_magic'],
  isPair: true,
  examples: {
    fails: 'overlay.ko of Debian’s 6.12.107 on its 7.2.12, which was built without MODVERSIONS',
    passes: 'overlay.ko of Debian’s 6.1.0-47 on its 6.1.0-50: another release, the same properties (and `kmod.crc` refuses it)',
  },
  check: ({ kernel, added }) => added.flatMap((end) => Object.values(end.modules).map((module) => judge(kernel, end, module))),
};

function judge(kernel: KernelEnd, end: AddedModulesEnd, module: AddedModule): Edge {
  const base = {
    rule: 'kmod.vermagic',
    root: 'machine',
    from: moduleEnd(end, module, '.modinfo vermagic'),
    need: module.vermagic,
    by: kernelEnd(kernel, '.modinfo vermagic of its own modules'),
  } as const;
  const offered = kernel.facts?.vermagic ?? '';
  const file = fileOf(module);
  if (offered === '')
    return {
      ...base,
      verdict: 'unknown',
      evidence: 'assumed',
      sentence: `nobody knows whether ${file} of ${nameOf(end)} was built for ${nameOf(kernel)}, of which no module was read`,
    };
  const offer = { offer: offered, evidence: 'binary' } as const;
  if (isSameVermagic(module, offered))
    return { ...base, ...offer, verdict: 'ok', sentence: `${file} of ${nameOf(end)} was built for a kernel like ${nameOf(kernel)}` };
  return {
    ...base,
    ...offer,
    verdict: 'error',
    sentence: `${file} of ${nameOf(end)} was built for \`${module.vermagic}\`, and ${nameOf(kernel)} is \`${offered}\``,
    hints: [`build ${nameOf(end)} for ${kernel.facts?.release ?? nameOf(kernel)}, or choose the kernel that it was built for`],
  };
}

/** The release, the first word, doesn't count where the kernel compares CRCs and the module carries some. */
export function isSameVermagic(module: AddedModule, kernelVermagic: string): boolean {
  const byCrc = comparesCrcs(kernelVermagic) && hasCrcs(module);
  const compared = (vermagic: string): string => (byCrc ? vermagic.slice(`${vermagic} `.indexOf(' ')) : vermagic);
  return compared(module.vermagic) === compared(kernelVermagic);
}
