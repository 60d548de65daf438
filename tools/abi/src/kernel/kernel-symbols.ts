import { Failure, isPlatform, type KernelExport, type KernelSymbols, platforms, type KernelSymbolsFile } from '@moby/model';
import { compareText } from '../order.ts';

const maxFileBytes = 16 << 20;
const maxSymbols = 131_072;
const crcDigits = 8;
const noCrc = '00000000';

/**
 * The text of kernel-symbols.json: sorted, one line an exporter. Its symbols stand in one text, `name`, `name!` for GPL alone,
 * `name@NAMESPACE`; their CRCs as base64 of 4 bytes each, big-endian, left out where the kernel compares none. Half the
 * size of a record a symbol, and one text is parsed in a tenth of the time (docs/decisions/0010).
 */
export function formatKernelSymbols(file: KernelSymbolsFile): string {
  const known = platforms.filter((platform) => file.platforms[platform] !== undefined).sort(compareText);
  const blocks = known.flatMap((platform) => {
    const symbols = file.platforms[platform];
    return symbols === undefined ? [] : [`    ${JSON.stringify(platform)}: ${formatPlatform(symbols)}`];
  });
  return `{\n  "platforms": {${blocks.length === 0 ? '' : `\n${blocks.join(',\n')}\n  `}},\n  "symbols": 1\n}\n`;
}

function formatPlatform(symbols: KernelSymbols): string {
  const byExporter = new Map<string, [name: string, symbol: KernelExport][]>();
  for (const [name, symbol] of [...symbols.exports].sort(([a], [b]) => compareText(a, b))) {
    const own = byExporter.get(symbol.by);
    if (own === undefined) byExporter.set(symbol.by, [[name, symbol]]);
    else own.push([name, symbol]);
  }
  const lines = [...byExporter]
    .sort(([a], [b]) => compareText(a, b))
    .map(([by, own]) => {
      const crcs = symbols.unversioned ? '' : `"crcs": ${JSON.stringify(packCrcs(own.map(([, { crc }]) => crc)))}, `;
      const names = own.map(([name, { gpl, namespace }]) => `${name}${gpl ? '!' : ''}${namespace === '' ? '' : `@${namespace}`}`);
      return `        ${JSON.stringify(by)}: { ${crcs}"names": ${JSON.stringify(names.join(' '))} }`;
    });
  const exports = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n      }`;
  return `{\n      "exports": ${exports},\n      "release": ${JSON.stringify(symbols.release)},\n      "unversioned": ${symbols.unversioned}\n    }`;
}

function packCrcs(crcs: readonly string[]): string {
  return Buffer.from(crcs.join(''), 'hex').toString('base64');
}

/** kernel-symbols.json → what kernels export. Throws `Failure` `invalid-input` for any other form, `limit` over 16 MiB. */
export function parseKernelSymbols(text: string, file: string): KernelSymbolsFile {
  if (text.length > maxFileBytes)
    throw new Failure({ code: 'limit', message: `\`${file}\` has ${text.length} characters, more than ${maxFileBytes}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(file, `it isn't JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const root = fieldsOf(value, file, ['platforms', 'symbols']);
  if (root['symbols'] !== 1) throw refuse(file, '`symbols` must be 1');
  const read = Object.entries(fieldsOf(root['platforms'], file)).map(([name, item]) => {
    if (!isPlatform(name)) throw refuse(file, `\`${name}\` is not a platform`);
    return [name, readPlatform(item, file)] as const;
  });
  return { symbols: 1, platforms: Object.fromEntries(read) };
}

function readPlatform(value: unknown, file: string): KernelSymbols {
  const { exports: listed, release, unversioned } = fieldsOf(value, file, ['exports', 'release', 'unversioned']);
  if (typeof release !== 'string' || typeof unversioned !== 'boolean') throw refuse(file, '`release` or `unversioned` is wrong');
  const exports = new Map<string, KernelExport>();
  for (const [by, own] of Object.entries(fieldsOf(listed, file))) {
    const { crcs, names } = fieldsOf(own, file, unversioned ? ['names'] : ['crcs', 'names']);
    if (typeof names !== 'string' || (!unversioned && typeof crcs !== 'string')) throw refuse(file, `the symbols of \`${by}\` are wrong`);
    const hex = typeof crcs === 'string' ? Buffer.from(crcs, 'base64').toString('hex') : undefined;
    const words = names.split(' ');
    if (hex !== undefined && hex.length !== words.length * crcDigits)
      throw refuse(file, `\`${by}\` has ${hex.length / crcDigits} CRCs for ${words.length} symbols`);
    for (const [index, word] of words.entries()) {
      const { name, gpl, namespace } = readWord(word);
      if (name === '' || exports.has(name)) throw refuse(file, `\`${by}\` exports \`${word}\`, which is no symbol or not its own`);
      const crc = hex === undefined ? noCrc : hex.slice(index * crcDigits, (index + 1) * crcDigits);
      exports.set(name, { crc, by, gpl, namespace });
    }
    if (exports.size > maxSymbols) throw refuse(file, `it has more than ${maxSymbols} symbols`);
  }
  return { release, unversioned, exports };
}

/** `name`, `name!`, `name@NAMESPACE`, `name!@NAMESPACE`. */
function readWord(word: string): { readonly name: string; readonly gpl: boolean; readonly namespace: string } {
  const at = word.indexOf('@');
  const marked = at < 0 ? word : word.slice(0, at);
  const gpl = marked.endsWith('!');
  return { name: gpl ? marked.slice(0, -1) : marked, gpl, namespace: at < 0 ? '' : word.slice(at + 1) };
}

/** The fields of an object; with `keys`, exactly those. */
function fieldsOf(value: unknown, file: string, keys?: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse(file, 'an object is missing');
  const fields: Readonly<Record<string, unknown>> = { ...value };
  if (keys !== undefined && Object.keys(fields).sort(compareText).join(' ') !== keys.join(' '))
    throw refuse(file, `an object has other keys than ${keys.map((key) => `\`${key}\``).join(', ')}`);
  return fields;
}

function refuse(file: string, why: string): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `\`${file}\` is not a symbols file: ${why}`,
    hints: ['write it anew: moby-compose component build'],
  });
}
