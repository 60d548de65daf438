import { type ElfSymbols, Failure, isPlatform, isRecord, parseDigest, type PlatformSymbols, type Symbols } from '@moby/model';

/** libstdc++ has 300 kB, OpenSSL 150. */
const maxSymbolsBytes = 64 << 20;

/**
 * symbols.json → symbols. Throws `Failure` `invalid-input` that names the place of whatever isn't of the form of `Symbols`
 * (docs/reference/facts.md), and `limit` for a text over 64 MiB. `file` is the name that messages use.
 */
export function parseSymbols(text: string, file: string): Symbols {
  if (text.length > maxSymbolsBytes)
    throw new Failure({ code: 'limit', message: `\`${file}\` has ${text.length} characters, more than ${maxSymbolsBytes}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(file, `it isn't JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const root = fields(value, { file, at: '.', keys: ['symbols', 'platforms'] });
  if (root['symbols'] !== 1) throw refuse(file, '`symbols` must be 1');
  const platforms = entries(root['platforms'], { file, at: 'platforms' }).map(([name, item]) => {
    if (!isPlatform(name)) throw refuse(file, `\`${name}\` is not a platform`);
    return [name, readPlatform(item, file, `platforms.${name}`)] as const;
  });
  return { symbols: 1, platforms: Object.fromEntries(platforms) };
}

function readPlatform(value: unknown, file: string, at: string): PlatformSymbols {
  const found = fields(value, { file, at, keys: ['payload', 'files'] });
  const payload = typeof found['payload'] === 'string' ? parseDigest(found['payload']) : undefined;
  if (payload === undefined) throw refuse(file, `\`${at}.payload\` must be a sha256 digest`);
  const files = entries(found['files'], { file, at: `${at}.files` }).map(
    ([path, item]) => [path, readFile(item, file, `${at}.files.${path}`)] as const,
  );
  return { payload, files: Object.fromEntries(files) };
}

function readFile(value: unknown, file: string, at: string): ElfSymbols {
  const found = fields(value, { file, at, keys: ['imports', 'exports', 'manyExports'] });
  return {
    imports: groups(found['imports'], file, `${at}.imports`),
    exports: groups(found['exports'], file, `${at}.exports`),
    ...(found['manyExports'] === true ? { manyExports: true } : {}),
  };
}

function groups(value: unknown, file: string, at: string): Readonly<Record<string, string>> {
  if (!isNames(value)) throw refuse(file, `\`${at}\` must be an object of names with a blank between`);
  return value;
}

interface Place {
  readonly file: string;
  readonly at: string;
}

function fields(value: unknown, { file, at, keys }: Place & { readonly keys: readonly string[] }): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw refuse(file, `\`${at}\` must be an object`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw refuse(file, `\`${at}\` has a key that symbols don't have: \`${unknown}\``);
  return value;
}

function entries(value: unknown, { file, at }: Place): readonly (readonly [string, unknown])[] {
  if (!isRecord(value)) throw refuse(file, `\`${at}\` must be an object`);
  return Object.entries(value);
}

function isNames(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((names) => typeof names === 'string' && names !== '');
}

function refuse(file: string, why: string): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `\`${file}\` is not a symbols file: ${why}`,
    hints: ['write it anew: moby-compose component build'],
  });
}
