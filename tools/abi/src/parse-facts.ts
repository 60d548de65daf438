import {
  dlopenPriorities,
  type ElfDlopen,
  type ElfFacts,
  type ElfVersionNeed,
  Failure,
  type Facts,
  isPlatform,
  type KernelFacts,
  type ModuleFacts,
  parseDigest,
  type PlatformFacts,
} from '@moby/model';
import { parseGoFacts } from './go/parse-go-facts.ts';

/** A kernel with 5,000 modules has about 1 MB. */
const maxFactsBytes = 32 << 20;
const maxItems = 200_000;
const maxTextLength = 4096;

/** The keys of each object in the file. */
const formKeys = {
  root: new Set(['facts', 'platforms']),
  platform: new Set(['payload', 'unpackedBytes', 'elf', 'programs', 'scripts', 'links', 'kernel']),
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
  kernel: new Set(['release', 'vermagic', 'modules', 'builtin']),
  module: new Set(['path', 'depends', 'before']),
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
    throw refuse(file, `it isn't JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const root = new Reader(value, file);
  if (root.get('facts').number() !== 1) throw refuse(file, '`facts` must be 1');
  const platforms: Partial<Record<string, PlatformFacts>> = Object.fromEntries(
    root
      .get('platforms')
      .entries()
      .map(([name, item]) => {
        if (!isPlatform(name)) throw refuse(file, `\`${name}\` is not a platform`);
        return [name, readPlatform(item)];
      }),
  );
  root.only(formKeys.root);
  return { facts: 1, platforms };
}

function readPlatform(item: Reader): PlatformFacts {
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
    ...(item.has('kernel') ? { kernel: readKernel(item.get('kernel')) } : {}),
  };
}

function readElf(item: Reader): ElfFacts {
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

function readNeed(item: Reader): ElfVersionNeed {
  item.only(formKeys.need);
  return {
    library: item.get('library').text(),
    versions: item.get('versions').texts(),
    ...(item.has('weak') ? { weak: item.get('weak').texts() } : {}),
  };
}

function readDlopen(item: Reader): ElfDlopen {
  item.only(formKeys.dlopen);
  const priority = dlopenPriorities.find((known) => known === item.get('priority').text());
  if (priority === undefined) throw item.get('priority').refuse(`must be one of ${dlopenPriorities.join(', ')}`);
  return {
    sonames: item.get('sonames').texts(),
    priority,
    ...(item.has('feature') ? { feature: item.get('feature').text() } : {}),
  };
}

function readKernel(item: Reader): KernelFacts {
  item.only(formKeys.kernel);
  const modules = item
    .get('modules')
    .entries()
    .map(([name, module]): readonly [string, ModuleFacts] => {
      module.only(formKeys.module);
      return [name, { path: module.get('path').text(), depends: module.get('depends').texts(), before: module.get('before').texts() }];
    });
  return {
    release: item.get('release').text(),
    vermagic: item.get('vermagic').text(),
    modules: Object.fromEntries(modules),
    builtin: item.get('builtin').texts(),
  };
}

/**
 * A value of unknown shape with its place; each verb gives what its name says or refuses. A class, as a kernel's facts
 * make a hundred thousand of them and each assembly reads them all.
 */
class Reader {
  readonly #value: unknown;
  readonly #key: string;
  readonly #parent: Reader | undefined;

  constructor(value: unknown, key: string, parent?: Reader) {
    this.#value = value;
    this.#key = key;
    this.#parent = parent;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#fields(), key);
  }

  get(key: string): Reader {
    const fields = this.#fields();
    if (!Object.hasOwn(fields, key)) throw this.refuse(`must have \`${key}\``);
    return new Reader(fields[key], key, this);
  }

  entries(): readonly (readonly [string, Reader])[] {
    return this.#entries().map(([key, item]) => [key, new Reader(item, key, this)]);
  }

  list(): readonly Reader[] {
    return this.#items().map((item, index) => new Reader(item, String(index), this));
  }

  text(): string {
    return this.#textOf(this.#value);
  }

  texts(): readonly string[] {
    return this.#items().map((item) => this.#textOf(item));
  }

  textRecord(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#entries().map(([key, item]) => [key, this.#textOf(item)]));
  }

  number(): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw this.refuse('must be a whole number');
    return value;
  }

  isTrue(): boolean {
    return this.#value === true;
  }

  /** Refuses keys that aren't named. */
  only(keys: ReadonlySet<string>): void {
    for (const key of Object.keys(this.#fields())) {
      if (!keys.has(key)) throw this.refuse(`has a key that facts don't have: \`${key}\``);
    }
  }

  refuse(what: string): Failure {
    const [file = '', ...words] = this.#place();
    return refuse(file, `\`${words.length === 0 ? '.' : words.join('.')}\` ${what}`);
  }

  /** The file's name, then the keys that lead here. */
  #place(): readonly string[] {
    return this.#parent === undefined ? [this.#key] : [...this.#parent.#place(), this.#key];
  }

  #fields(): Readonly<Record<string, unknown>> {
    if (!isRecord(this.#value)) throw this.refuse('must be an object');
    return this.#value;
  }

  #entries(): readonly (readonly [string, unknown])[] {
    const found = Object.entries(this.#fields());
    if (found.length > maxItems) throw this.refuse(`has ${found.length} keys, more than ${maxItems}`);
    return found;
  }

  #items(): readonly unknown[] {
    const value = this.#value;
    if (!Array.isArray(value)) throw this.refuse('must be a list');
    if (value.length > maxItems) throw this.refuse(`has ${value.length} items, more than ${maxItems}`);
    return value;
  }

  #textOf(item: unknown): string {
    if (typeof item !== 'string' || item.length > maxTextLength) throw this.refuse(`must be text of at most ${maxTextLength} characters`);
    return item;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(file: string, why: string): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `\`${file}\` is not a facts file: ${why}`,
    hints: ['write it anew: moby-compose component build'],
  });
}
