import type { AddedModule, KernelFacts, KernelSymbols } from '@moby/model';
import type { Edge, Verdict } from '../edge.ts';
import { moduleName } from '../kernel/module-info.ts';
import { sorted } from '../order.ts';
import { exportsOf } from './kmod-crc.ts';
import {
  type AddedModulesEnd,
  type AddedModulesSubject,
  fileOf,
  type KernelEnd,
  kernelEnd,
  moduleEnd,
  nameOf,
  symbolsOf,
  unknownExports,
} from './kernel-end.ts';
import type { Rule } from './rule.ts';

export const kmodSymbol: Rule<AddedModulesSubject> = {
  id: 'kmod.symbol',
  title: 'every symbol that a module needs is exported to it',
  why:
    'The kernel resolves a module’s undefined symbols when it is loaded. One that neither the kernel nor another module exports, or that is for GPL modules alone, ' +
    'or in a namespace that the module doesn’t import, ends in `Unknown symbol`.',
  levels: {
    ok: 'all are exported to it; a weak one may be missing',
    warn: 'a namespace isn’t imported, and the kernel lets that pass (MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS)',
    error: 'one is not exported, or not to this module, or its exporter is missing from the kernel’s payload',
    unknown: 'the kernel has no symbols of its headers package',
  },
  references: [
    'Linux kernel/module/main.c, simplify_symbols and verify_namespace_is_imported',
    'Linux include/linux/license.h, license_is_gpl_compatible',
  ],
  isPair: true,
  examples: {
    fails: 'overlay.ko of Debian’s 7.2.12 on its 6.12.107: 27 symbols are missing',
    passes: 'overlay.ko of Debian’s 6.1.0-47 on its 6.1.0-50: none is missing',
  },
  check: ({ kernel, added }) =>
    added.flatMap((end) => Object.entries(end.modules).map(([name, module]) => judge({ kernel, added, end, name, module }))),
};

interface Pair extends AddedModulesSubject {
  readonly end: AddedModulesEnd;
  readonly name: string;
  readonly module: AddedModule;
}

function judge({ kernel, added, end, name, module }: Pair): Edge {
  const file = `${fileOf(module)} of ${nameOf(end)}`;
  const needed = neededSymbols(module);
  const base = {
    rule: 'kmod.symbol',
    root: 'machine',
    from: moduleEnd(end, module, '.symtab'),
    need: `${needed.length} symbols`,
    by: kernelEnd(kernel, 'Module.symvers'),
    evidence: 'binary',
  } as const;
  const symbols = symbolsOf(kernel);
  if (kernel.facts === undefined || symbols === undefined) return { ...base, ...unknownExports(kernel, file, base.need) };
  const others = exportsOf(added);
  const { facts } = kernel;
  const faults = needed.flatMap((symbol) => faultOf({ symbol, name, module, symbols, facts, others }) ?? []);
  const worst = faults.find(({ verdict }) => verdict === 'error') ?? faults[0];
  if (worst === undefined)
    return { ...base, verdict: 'ok', offer: 'all of them', sentence: `${nameOf(kernel)} exports all that ${file} needs` };
  const same = faults.filter(({ verdict }) => verdict === worst.verdict).length;
  const more = same === 1 ? '' : `, and so for ${same - 1} more`;
  return {
    ...base,
    verdict: worst.verdict,
    need: worst.symbol,
    offer: worst.offer,
    sentence: `${file} needs ${worst.symbol}, which ${worst.why(kernel)}${more}`,
    hints: [`build ${nameOf(end)} for ${facts.release}, or choose the kernel that it was built for`],
  };
}

/** Undefined and not weak. `module_layout` stands among the CRCs and is no symbol that the module uses. */
export function neededSymbols(module: AddedModule): readonly string[] {
  const weak = new Set(module.weak);
  return sorted([...Object.keys(module.versions), ...module.unversioned].filter((name) => name !== 'module_layout' && !weak.has(name)));
}

interface Fault {
  readonly symbol: string;
  readonly verdict: Verdict;
  readonly offer: string;
  readonly why: (kernel: KernelEnd) => string;
}

interface Lookup {
  readonly symbol: string;
  readonly name: string;
  readonly module: AddedModule;
  readonly symbols: KernelSymbols;
  readonly facts: KernelFacts;
  readonly others: ReadonlyMap<string, string>;
}

function faultOf({ symbol, name, module, symbols, facts, others }: Lookup): Fault | undefined {
  const found = symbols.exports.get(symbol);
  if (found === undefined) {
    if (others.has(symbol)) return undefined;
    return { symbol, verdict: 'error', offer: 'not exported', why: (kernel) => `${nameOf(kernel)} doesn't export` };
  }
  const exporter = moduleName(found.by.slice(found.by.lastIndexOf('/') + 1));
  if (found.by !== 'vmlinux' && !Object.hasOwn(facts.modules, exporter) && !facts.builtin.includes(exporter))
    return {
      symbol,
      verdict: 'error',
      offer: `only by ${exporter}`,
      why: () => `${exporter} exports, a module that the kernel's payload lacks`,
    };
  if (found.gpl && !gplCompatible.includes(module.license))
    return {
      symbol,
      verdict: 'error',
      offer: 'for GPL modules',
      why: () => `is for GPL modules, and its license is \`${module.license}\``,
    };
  if (found.namespace === '' || module.namespaces.includes(found.namespace) || isForModule(found.namespace, name)) return undefined;
  const lenient = facts.config?.y.includes('MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS') === true;
  const offer = `in the namespace ${found.namespace}`;
  return { symbol, verdict: lenient ? 'warn' : 'error', offer, why: () => `is ${offer}, which it doesn't import` };
}

const gplCompatible: readonly string[] = ['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL'];

/** EXPORT_SYMBOL_FOR_MODULES: `module:kvm-amd,kvm-*` is a namespace of the modules that it names. */
function isForModule(namespace: string, name: string): boolean {
  if (!namespace.startsWith('module:')) return false;
  return namespace
    .slice('module:'.length)
    .split(',')
    .map(moduleName)
    .some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name));
}
