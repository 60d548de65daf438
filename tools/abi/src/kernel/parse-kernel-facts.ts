import { type AddedModule, type KernelConfig, type KernelFacts, type ModuleFacts, parseDigest } from '@moby/model';
import type { FactsReader } from '../facts-reader.ts';

const kernelKeys = new Set(['release', 'vermagic', 'modules', 'builtin', 'config', 'symbols']);
const moduleKeys = new Set(['path', 'depends', 'before']);
const configKeys = new Set(['y', 'm', 'n', 'values']);
const addedNames: readonly string[] = [
  'release',
  'vermagic',
  'license',
  'namespaces',
  'firmware',
  'versions',
  'unversioned',
  'weak',
  'exports',
];
const addedKeys = new Set([...moduleKeys, ...addedNames]);

/** `kernel` of a platform in facts.json. */
export function readKernelFacts(item: FactsReader): KernelFacts {
  item.only(kernelKeys);
  const modules = item
    .get('modules')
    .entries()
    .map(([name, module]): readonly [string, ModuleFacts] => {
      module.only(moduleKeys);
      return [name, readModule(module)];
    });
  const symbols = item.has('symbols') ? parseDigest(item.get('symbols').text()) : undefined;
  if (item.has('symbols') && symbols === undefined) throw item.get('symbols').refuse('must be a sha256 digest');
  return {
    release: item.get('release').text(),
    vermagic: item.get('vermagic').text(),
    modules: Object.fromEntries(modules),
    builtin: item.get('builtin').texts(),
    ...(item.has('config') ? { config: readConfig(item.get('config')) } : {}),
    ...(symbols === undefined ? {} : { symbols }),
  };
}

function readModule(module: FactsReader): ModuleFacts {
  return { path: module.get('path').text(), depends: module.get('depends').texts(), before: module.get('before').texts() };
}

function readConfig(item: FactsReader): KernelConfig {
  item.only(configKeys);
  const { y, m, n, values } = { y: item.get('y'), m: item.get('m'), n: item.get('n'), values: item.get('values') };
  return { y: y.texts(), m: m.texts(), n: n.texts(), values: values.textRecord() };
}

/** `modules` of a platform in facts.json. */
export function readAddedModules(item: FactsReader): Readonly<Record<string, AddedModule>> {
  const modules = item.entries().map(([name, module]): readonly [string, AddedModule] => {
    module.only(addedKeys);
    const texts = (key: string): readonly string[] => module.get(key).texts();
    return [
      name,
      {
        ...readModule(module),
        release: module.get('release').text(),
        vermagic: module.get('vermagic').text(),
        license: module.get('license').text(),
        namespaces: texts('namespaces'),
        firmware: texts('firmware'),
        versions: module.get('versions').textRecord(),
        unversioned: texts('unversioned'),
        weak: texts('weak'),
        exports: module.get('exports').textRecord(),
      },
    ];
  });
  return Object.fromEntries(modules);
}
