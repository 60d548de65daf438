import type { AddedModule, KernelConfig, KernelFacts, KernelSymbols } from '@moby/model';
import { sorted, without } from '../order.ts';
import { added, broken, changed, counted, namesInWords, unknown, type FactsPair, type Found } from './abi-diff.ts';

/** What describes the compiler and the architecture, and is nobody's choice. */
const buildFacts =
  /^(?:AS|LD|CC|GCC|CLANG|LLD|RUSTC|RUST|BINDGEN|PAHOLE|TOOLS|HAVE|ARCH_(?:HAS|HAVE|SUPPORTS|USE|WANT|WANTS|ENABLE|MIGHT|STACKWALK|PROC)|GENERIC)(?:_|$)/;

/** A kernel's configuration, modules and exported symbols, and modules that are added to a kernel. */
export function diffKernels(pair: FactsPair): readonly Found[] {
  const { before, after } = pair;
  const [old, now] = [before.facts.kernel, after.facts.kernel];
  const kernel = old === undefined || now === undefined ? goneKernel(old, now) : [...diffKernel(old, now), ...diffExports(pair, old, now)];
  return [...kernel, ...diffAdded(pair, before.facts.modules ?? {}, after.facts.modules ?? {})];
}

function goneKernel(old: KernelFacts | undefined, now: KernelFacts | undefined): readonly Found[] {
  if (old !== undefined) return [broken({ kind: 'kernel-release', name: old.release, sentence: `the kernel ${old.release} is gone` })];
  return now === undefined ? [] : [added({ kind: 'kernel-release', name: now.release, sentence: `the kernel ${now.release} is new` })];
}

function diffKernel(old: KernelFacts, now: KernelFacts): readonly Found[] {
  const release =
    old.release === now.release
      ? []
      : [
          changed({
            kind: 'kernel-release',
            name: now.release,
            before: old.release,
            after: now.release,
            sentence: `its release is ${now.release}, and was ${old.release}: modules of other components have to be built for it`,
          }),
        ];
  return [...release, ...diffModules(old, now), ...diffConfigs(old.config, now.config)];
}

function diffModules(old: KernelFacts, now: KernelFacts): readonly Found[] {
  const [wasBuiltin, isBuiltin] = [new Set(old.builtin), new Set(now.builtin)];
  const has = (kernel: KernelFacts, builtin: ReadonlySet<string>, name: string): boolean =>
    Object.hasOwn(kernel.modules, name) || builtin.has(name);
  const base = (name: string): { readonly kind: 'kernel-module'; readonly name: string; readonly file?: string } => {
    const file = now.modules[name]?.path ?? old.modules[name]?.path;
    return { kind: 'kernel-module', name, ...(file === undefined ? {} : { file }) };
  };
  const all = sorted(new Set([...Object.keys(old.modules), ...old.builtin, ...Object.keys(now.modules), ...now.builtin]));
  return all.flatMap((name): readonly Found[] => {
    if (!has(now, isBuiltin, name)) return [broken({ ...base(name), sentence: `the module ${name} is gone` })];
    if (!has(old, wasBuiltin, name)) return [added({ ...base(name), sentence: `the module ${name} is new` })];
    if (wasBuiltin.has(name) && !isBuiltin.has(name))
      return [changed({ ...base(name), sentence: `${name} was built in, and is a module` })];
    if (!wasBuiltin.has(name) && isBuiltin.has(name))
      return [changed({ ...base(name), sentence: `${name} was a module, and is built in` })];
    return [];
  });
}

function diffConfigs(old: KernelConfig | undefined, now: KernelConfig | undefined): readonly Found[] {
  if (old === undefined && now === undefined) return [];
  if (old === undefined || now === undefined) {
    const sentence = `nobody has read the configuration of the ${old === undefined ? 'old' : 'new'} kernel`;
    return [unknown({ kind: 'kernel-config', name: 'configuration', sentence })];
  }
  const [before, after] = [statesOf(old), statesOf(now)];
  const names = sorted(new Set([...before.keys(), ...after.keys()]));
  return names.flatMap((name): readonly Found[] => {
    const [was, is] = [before.get(name) ?? 'absent', after.get(name) ?? 'absent'];
    if (was === is) return [];
    const change = { kind: 'kernel-config', name, before: was, after: is } as const;
    const sentence = `CONFIG_${name}: ${inWords(was)} → ${inWords(is)}`;
    if (buildFacts.test(name)) return [changed({ ...change, sentence })];
    if (isOn(was) && !isOn(is)) return [broken({ ...change, sentence })];
    if (!isOn(was) && isOn(is)) return [added({ ...change, sentence })];
    return [changed({ ...change, sentence })];
  });
}

/** Option → `y`, `m`, `n`, or its number or text. */
function statesOf({ y, m, n, values }: KernelConfig): ReadonlyMap<string, string> {
  const states = new Map<string, string>(Object.entries(values));
  for (const [state, names] of Object.entries({ y, m, n })) for (const name of names) states.set(name, state);
  return states;
}

function isOn(state: string): boolean {
  return state === 'y' || state === 'm';
}

function inWords(state: string): string {
  return state === 'n' ? 'not set' : state;
}

/**
 * Symbols that modules of others import. They are an offer of one release alone: another release's folder is looked into, so a
 * module that was built for the old one isn't loaded, whatever its CRCs say.
 */
function diffExports({ before, after }: FactsPair, old: KernelFacts, now: KernelFacts): readonly Found[] {
  const [was, is] = [before.kernelSymbols, after.kernelSymbols];
  if (was === undefined && is === undefined) return [];
  if (was === undefined || is === undefined) {
    const sentence = `nobody has read what the ${was === undefined ? 'old' : 'new'} kernel exports to modules`;
    return [unknown({ kind: 'kernel-symbol', name: 'exported symbols', sentence })];
  }
  const sameRelease = old.release === now.release;
  const found = [
    { symbols: gone(was, is), what: 'exported no more' },
    { symbols: differing(was, is), what: 'of another type' },
  ];
  const lost = found.flatMap(({ symbols, what }): readonly Found[] => {
    if (symbols.length === 0) return [];
    const change = { kind: 'kernel-symbol', name: what, symbols } as const;
    const sentence = `${counted(symbols.length, 'symbol')} for modules ${symbols.length === 1 ? 'is' : 'are'} ${what}: ${namesInWords(symbols)}`;
    return [sameRelease ? broken({ ...change, sentence }) : changed({ ...change, sentence })];
  });
  const won = gone(is, was);
  const sentence = `${counted(won.length, 'symbol')} for modules ${won.length === 1 ? 'is' : 'are'} new: ${namesInWords(won)}`;
  const change = { kind: 'kernel-symbol', name: 'new', symbols: won, sentence } as const;
  return won.length === 0 ? lost : [...lost, sameRelease ? added(change) : changed(change)];
}

function gone(one: KernelSymbols, other: KernelSymbols): readonly string[] {
  return sorted([...one.exports.keys()].filter((name) => !other.exports.has(name)));
}

/** Where both compare CRCs; and symbols that were for everybody and are for GPL modules, or for a namespace, alone. */
function differing(one: KernelSymbols, other: KernelSymbols): readonly string[] {
  const comparesCrcs = !one.unversioned && !other.unversioned;
  return sorted(
    [...one.exports].flatMap(([name, was]) => {
      const is = other.exports.get(name);
      if (is === undefined) return [];
      const isNarrower = (is.gpl && !was.gpl) || (is.namespace !== '' && is.namespace !== was.namespace);
      return isNarrower || (comparesCrcs && is.crc !== was.crc) ? [name] : [];
    }),
  );
}

type Added = Readonly<Record<string, AddedModule>>;

function diffAdded(pair: FactsPair, old: Added, now: Added): readonly Found[] {
  return sorted(new Set([...Object.keys(old), ...Object.keys(now)])).flatMap((name): readonly Found[] => {
    const [was, is] = [old[name], now[name]];
    if (is === undefined) return [broken({ kind: 'kernel-module', name, ...fileOf(was), sentence: `the module ${name} is gone` })];
    if (was === undefined) return [added({ kind: 'kernel-module', name, ...fileOf(is), sentence: `the module ${name} is new` })];
    return diffAddedModule(pair, name, { was, is });
  });
}

function diffAddedModule(
  pair: FactsPair,
  name: string,
  { was, is }: { readonly was: AddedModule; readonly is: AddedModule },
): readonly Found[] {
  const module = fileName(is);
  const lost = sorted(Object.keys(was.exports).filter((symbol) => !Object.hasOwn(is.exports, symbol) || crcChanged(was, is, symbol)));
  const won = sorted(Object.keys(is.exports).filter((symbol) => !Object.hasOwn(was.exports, symbol)));
  const needs = [
    ...(was.vermagic === is.vermagic
      ? []
      : [{ name: is.vermagic.trim(), what: `is built for ${is.vermagic.trim()}, and was for ${was.vermagic.trim()}` }]),
    ...without(is.depends, was.depends).map((one) => ({ name: one, what: `needs the module ${one}` })),
    ...without(is.firmware, was.firmware).map((one) => ({ name: one, what: `may ask for the firmware ${one}` })),
  ];
  const crcs = sorted(Object.keys(is.versions).filter((symbol) => was.versions[symbol] !== is.versions[symbol]));
  return [
    ...(lost.length === 0
      ? []
      : [
          broken({
            kind: 'kernel-symbol',
            name,
            file: is.path,
            symbols: lost,
            sentence: `${module} exports ${namesInWords(lost)} no more, or of another type`,
          }),
        ]),
    ...(won.length === 0
      ? []
      : [added({ kind: 'kernel-symbol', name, file: is.path, symbols: won, sentence: `${module} exports ${namesInWords(won)}` })]),
    ...needs.map((need) =>
      changed({ kind: 'need-kernel', name: need.name, file: is.path, sentence: `${module} ${need.what}` }, pair.newNeed),
    ),
    ...(crcs.length === 0
      ? []
      : [
          changed(
            {
              kind: 'need-kernel',
              name,
              file: is.path,
              symbols: crcs,
              sentence: `${module} needs ${counted(crcs.length, 'symbol')} of the kernel that the old one doesn’t, or of another type: ${namesInWords(crcs)}`,
            },
            pair.newNeed,
          ),
        ]),
  ];
}

function crcChanged(was: AddedModule, is: AddedModule, symbol: string): boolean {
  return was.exports[symbol] !== '' && is.exports[symbol] !== '' && was.exports[symbol] !== is.exports[symbol];
}

function fileName({ path }: AddedModule): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function fileOf(module: AddedModule | undefined): { readonly file?: string } {
  return module === undefined ? {} : { file: module.path };
}
