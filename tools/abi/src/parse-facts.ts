import {
  type ConfigFacts,
  dlopenPriorities,
  type ElfDlopen,
  type ElfFacts,
  type ElfVersionNeed,
  Failure,
  type Facts,
  isPlatform,
  parseDigest,
  type PlatformFacts,
} from '@moby/model';
import { FactsReader, refuseFacts } from './facts-reader.ts';
import { parseGoFacts } from './go/parse-go-facts.ts';
import { readAddedModules, readKernelFacts } from './kernel/parse-kernel-facts.ts';

/** A kernel with 5,000 modules has about 1 MB. */
const maxFactsBytes = 32 << 20;

/** The keys of each object in the file. */
const formKeys = {
  root: new Set(['facts', 'platforms']),
  platform: new Set(['payload', 'unpackedBytes', 'elf', 'programs', 'scripts', 'links', 'kernel', 'modules', 'configs']),
  config: { containerd: new Set(['format', 'versions']), cni: new Set(['format', 'versions', 'plugins']) },
  elf: new Set([
    'path',
    'class',
    'machine',
    'interpreter',
    'soname',
    'needed',
    'runpath',
    'rpath',
    'needs',
    'offers',
    'isaLevel',
    'dlopen',
    'go',
  ]),
  need: new Set(['library', 'versions', 'weak']),
  dlopen: new Set(['sonames', 'priority', 'feature']),
};

/**
 * facts.json → facts. Throws `Failure` `invalid-input` that names the field for whatever isn't exactly of the form of
 * `Facts` (docs/reference/facts.md), and `limit` for a text over 32 MiB. `file` is the name that messages use.
 */
export function parseFacts(text: string, file: string): Facts {
  if (text.length > maxFactsBytes)
    throw new Failure({ code: 'limit', message: `\`${file}\` has ${text.length} characters, more than ${maxFactsBytes}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuseFacts(file, `it isn't JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const root = new FactsReader(value, file);
  if (root.get('facts').number() !== 1) throw refuseFacts(file, '`facts` must be 1');
  const platforms: Partial<Record<string, PlatformFacts>> = Object.fromEntries(
    root
      .get('platforms')
      .entries()
      .map(([name, item]) => {
        if (!isPlatform(name)) throw refuseFacts(file, `\`${name}\` is not a platform`);
        return [name, readPlatform(item)];
      }),
  );
  root.only(formKeys.root);
  return { facts: 1, platforms };
}

function readPlatform(item: FactsReader): PlatformFacts {
  item.only(formKeys.platform);
  const payload = parseDigest(item.get('payload').text());
  if (payload === undefined) throw item.get('payload').refuse('must be a sha256 digest');
  return {
    payload,
    unpackedBytes: item.get('unpackedBytes').number(),
    elf: item.get('elf').list().map(readElf),
    programs: item.get('programs').texts(),
    ...(item.has('scripts') ? { scripts: item.get('scripts').textRecord() } : {}),
    links: item.get('links').textRecord(),
    ...(item.has('kernel') ? { kernel: readKernelFacts(item.get('kernel')) } : {}),
    ...(item.has('modules') ? { modules: readAddedModules(item.get('modules')) } : {}),
    ...(item.has('configs') ? { configs: readConfigs(item.get('configs')) } : {}),
  };
}

function readElf(item: FactsReader): ElfFacts {
  item.only(formKeys.elf);
  const bits = item.get('class').number();
  if (bits !== 32 && bits !== 64) throw item.get('class').refuse('must be 32 or 64');
  if (item.has('rpath') && !item.get('rpath').isTrue()) throw item.get('rpath').refuse('must be true where it stands');
  return {
    path: item.get('path').text(),
    class: bits,
    machine: item.get('machine').text(),
    ...(item.has('interpreter') ? { interpreter: item.get('interpreter').text() } : {}),
    ...(item.has('soname') ? { soname: item.get('soname').text() } : {}),
    needed: item.get('needed').texts(),
    ...(item.has('runpath') ? { runpath: item.get('runpath').texts() } : {}),
    ...(item.has('rpath') ? { rpath: true } : {}),
    needs: item.get('needs').list().map(readNeed),
    offers: item.get('offers').texts(),
    ...(item.has('isaLevel') ? { isaLevel: item.get('isaLevel').number() } : {}),
    ...(item.has('dlopen') ? { dlopen: item.get('dlopen').list().map(readDlopen) } : {}),
    ...(item.has('go') ? { go: parseGoFacts(item.get('go')) } : {}),
  };
}

function readConfigs(item: FactsReader): Readonly<Record<string, ConfigFacts>> {
  return Object.fromEntries(item.entries().map(([path, config]) => [path, readConfig(config)]));
}

function readConfig(item: FactsReader): ConfigFacts {
  const format = item.get('format').text();
  if (format !== 'containerd' && format !== 'cni') throw item.get('format').refuse('must be containerd or cni');
  item.only(formKeys.config[format]);
  const versions = item.get('versions').texts();
  return format === 'cni' ? { format, versions, plugins: item.get('plugins').texts() } : { format, versions };
}

function readNeed(item: FactsReader): ElfVersionNeed {
  item.only(formKeys.need);
  return {
    library: item.get('library').text(),
    versions: item.get('versions').texts(),
    ...(item.has('weak') ? { weak: item.get('weak').texts() } : {}),
  };
}

function readDlopen(item: FactsReader): ElfDlopen {
  item.only(formKeys.dlopen);
  const priority = dlopenPriorities.find((known) => known === item.get('priority').text());
  if (priority === undefined) throw item.get('priority').refuse(`must be one of ${dlopenPriorities.join(', ')}`);
  return {
    sonames: item.get('sonames').texts(),
    priority,
    ...(item.has('feature') ? { feature: item.get('feature').text() } : {}),
  };
}
