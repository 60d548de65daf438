import { type ElfFacts, type ElfVersionNeed, Failure, type Facts, isPlatform, type KernelFacts, type ModuleFacts, parseDigest, type PlatformFacts } from '@moby/model';

/** A kernel with 5,000 modules has about 1 MB. */
const maxFactsBytes = 32 << 20;
const maxItems = 200_000;
const maxTextLength = 4096;

/**
 * facts.json → facts. Throws `Failure` `invalid-input` that names the field for whatever isn't exactly of the form of
 * `Facts` (docs/reference/facts.md), and `limit` for a text over 32 MiB. `file` is the name that messages use.
 */
export function parseFacts(text: string, file: string): Facts {
  if (text.length > maxFactsBytes) throw new Failure({ code: 'limit', message: `\`${file}\` has ${text.length} characters, more than ${maxFactsBytes}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(file, `it isn't JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const root = reader(value, { file, at: '' });
  if (root.get('facts').number() !== 1) throw refuse(file, '`facts` must be 1');
  const platforms: Partial<Record<string, PlatformFacts>> = Object.fromEntries(
    root.get('platforms').entries().map(([name, item]) => {
      if (!isPlatform(name)) throw refuse(file, `\`${name}\` is not a platform`);
      return [name, readPlatform(item)];
    }),
  );
  root.only(['facts', 'platforms']);
  return { facts: 1, platforms };
}

function readPlatform(item: Reader): PlatformFacts {
  item.only(['payload', 'unpackedBytes', 'elf', 'programs', 'scripts', 'links', 'kernel']);
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
  item.only(['path', 'class', 'machine', 'interpreter', 'soname', 'needed', 'runpath', 'rpath', 'needs', 'offers', 'isaLevel']);
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
  };
}

function readNeed(item: Reader): ElfVersionNeed {
  item.only(['library', 'versions', 'weak']);
  return {
    library: item.get('library').text(),
    versions: item.get('versions').texts(),
    ...(item.has('weak') ? { weak: item.get('weak').texts() } : {}),
  };
}

function readKernel(item: Reader): KernelFacts {
  item.only(['release', 'vermagic', 'modules', 'builtin']);
  const modules = item.get('modules').entries().map(([name, module]): readonly [string, ModuleFacts] => {
    module.only(['path', 'depends', 'before']);
    return [name, { path: module.get('path').text(), depends: module.get('depends').texts(), before: module.get('before').texts() }];
  });
  return {
    release: item.get('release').text(),
    vermagic: item.get('vermagic').text(),
    modules: Object.fromEntries(modules),
    builtin: item.get('builtin').texts(),
  };
}

/** A value of unknown shape with its place; each verb gives what its name says or refuses. */
interface Reader {
  has(key: string): boolean;
  get(key: string): Reader;
  entries(): readonly (readonly [string, Reader])[];
  list(): readonly Reader[];
  text(): string;
  texts(): readonly string[];
  textRecord(): Readonly<Record<string, string>>;
  number(): number;
  isTrue(): boolean;
  /** Refuses keys that aren't named. */
  only(keys: readonly string[]): void;
  refuse(what: string): Failure;
}

function reader(value: unknown, place: { readonly file: string; readonly at: string }): Reader {
  const fail = (what: string): Failure => refuse(place.file, `\`${place.at === '' ? '.' : place.at}\` ${what}`);
  const inside = (key: string | number, item: unknown): Reader => reader(item, { file: place.file, at: place.at === '' ? String(key) : `${place.at}.${key}` });
  const fields = (): Readonly<Record<string, unknown>> => {
    if (!isRecord(value)) throw fail('must be an object');
    return value;
  };
  const items = (): readonly unknown[] => {
    if (!Array.isArray(value)) throw fail('must be a list');
    if (value.length > maxItems) throw fail(`has ${value.length} items, more than ${maxItems}`);
    return value;
  };
  const textOf = (item: unknown): string => {
    if (typeof item !== 'string' || item.length > maxTextLength) throw fail(`must be text of at most ${maxTextLength} characters`);
    return item;
  };
  const entries = (): readonly (readonly [string, unknown])[] => {
    const found = Object.entries(fields());
    if (found.length > maxItems) throw fail(`has ${found.length} keys, more than ${maxItems}`);
    return found;
  };
  return {
    has: (key) => Object.hasOwn(fields(), key),
    get: (key) => {
      if (!Object.hasOwn(fields(), key)) throw fail(`must have \`${key}\``);
      return inside(key, fields()[key]);
    },
    entries: () => entries().map(([key, item]) => [key, inside(key, item)]),
    list: () => items().map((item, index) => inside(index, item)),
    text: () => textOf(value),
    texts: () => items().map(textOf),
    textRecord: () => Object.fromEntries(entries().map(([key, item]) => [key, textOf(item)])),
    number: () => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw fail('must be a whole number');
      return value;
    },
    isTrue: () => value === true,
    only: (keys) => {
      const other = Object.keys(fields()).find((key) => !keys.includes(key));
      if (other !== undefined) throw fail(`has a key that facts don't have: \`${other}\``);
    },
    refuse: fail,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(file: string, why: string): Failure {
  return new Failure({ code: 'invalid-input', message: `\`${file}\` is not a facts file: ${why}`, hints: ['write it anew: moby-compose component build'] });
}
