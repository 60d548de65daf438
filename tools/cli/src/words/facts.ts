import { formatKind } from '@moby/abi/readers';
import type { ReadFacts } from '@moby/composer/facts';
import { formatBytes, type ElfFacts, type ElfSymbols } from '@moby/model';
import type { Outcome } from '../outcome.ts';
import { bold, dim, type Line } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

/** Versions of one library on a line; `--json` has all. */
const maxVersions = 8;

type Rows = readonly (readonly Line[])[];

/** Facts for people: a paragraph an ELF file, then scripts, links and the kernel. */
export function factsOutcome(subject: string, read: ReadFacts, withSymbols: boolean): Outcome {
  const { facts, platform, sha256, symbols } = read;
  const { elf, programs, links, scripts, kernel } = facts;
  const paragraphs: (readonly Line[])[] = elf.map((file) => [[bold(file.path)], ...table(elfRows(file, symbols[file.path], withSymbols))]);
  if (scripts !== undefined) paragraphs.push([[bold('scripts')], ...pairs(scripts)]);
  if (Object.keys(links).length > 0) paragraphs.push([[bold('links')], ...pairs(links)]);
  if (kernel !== undefined)
    paragraphs.push([
      [bold(`kernel ${kernel.release}`)],
      ...table([
        [[dim('vermagic')], [kernel.vermagic.trim()]],
        [[dim('modules')], [`${Object.keys(kernel.modules).length}, and ${kernel.builtin.length} built in`]],
      ]),
    ]);
  const summary = `${elf.length} ELF files, ${programs.length} executable files, ${Object.keys(links).length} links, ${formatBytes(facts.unpackedBytes)}`;
  return {
    kind: 'done',
    value: {
      facts: 1,
      subject,
      ...(sha256 === undefined ? {} : { sha256 }),
      platforms: { [platform]: facts },
      ...(withSymbols ? { symbols } : {}),
    },
    lines: [...paragraphs.flatMap((paragraph) => [...paragraph, []]), [summary]],
  };
}

function elfRows(file: ElfFacts, symbols: ElfSymbols | undefined, withSymbols: boolean): Rows {
  const rows: (readonly Line[])[] = [];
  const row = (key: string, cells: readonly (readonly string[])[]): void =>
    aligned(cells).forEach((text, index) => rows.push([[dim(index === 0 ? key : '')], [text]]));
  row('machine', [[`${formatKind(file)}${file.isaLevel === undefined ? '' : `, level ${file.isaLevel}`}`]]);
  if (file.interpreter !== undefined) row('loader', [[file.interpreter]]);
  if (file.soname !== undefined) row('soname', [[file.soname]]);
  if (file.runpath !== undefined) row(file.rpath === true ? 'rpath' : 'runpath', [[file.runpath.join(':')]]);
  row('needs', needRows(file));
  if (file.offers.length > 0) row('offers', [[shortened(file.offers)]]);
  row(
    'may load',
    (file.dlopen ?? []).map(({ sonames, priority, feature }) => [
      sonames.join(' or '),
      `${priority}${feature === undefined ? '' : `, for ${feature}`}`,
    ]),
  );
  if (symbols !== undefined) row('symbols', withSymbols ? symbolRows(symbols) : [[symbolCounts(symbols)]]);
  return rows;
}

/** Columns of one key alone: a long search path doesn't push versions away. */
function aligned(cells: readonly (readonly string[])[]): readonly string[] {
  const width = (index: number): number => Math.max(0, ...cells.map((cell) => (index < cell.length - 1 ? (cell[index] ?? '').length : 0)));
  return cells.map((cell) => cell.map((text, index) => (index === cell.length - 1 ? text : text.padEnd(width(index)))).join('  '));
}

/** Each needed library with the versions that are needed of it. */
function needRows({ needed, needs }: ElfFacts): readonly (readonly string[])[] {
  const versions = new Map(needs.map((need) => [need.library, need.versions]));
  const libraries = [...needed, ...[...versions.keys()].filter((library) => !needed.includes(library))];
  return libraries.map((library) => {
    const wanted = versions.get(library);
    return wanted === undefined ? [library] : [library, shortened(wanted)];
  });
}

function symbolCounts({ imports, exports, manyExports }: ElfSymbols): string {
  return `imports ${countOf(imports)}, exports ${manyExports === true ? 'many' : countOf(exports)}`;
}

function symbolRows({ imports, exports }: ElfSymbols): readonly (readonly string[])[] {
  return [
    ...Object.entries(imports).flatMap(([bound, names]) => names.split(' ').map((name) => ['imports', name, bound])),
    ...Object.entries(exports).flatMap(([version, names]) => names.split(' ').map((name) => ['exports', `${name}${version}`])),
  ];
}

function countOf(groups: ElfSymbols['imports']): number {
  return Object.values(groups).reduce((sum, names) => sum + names.split(' ').length, 0);
}

function shortened(texts: readonly string[]): string {
  if (texts.length <= maxVersions) return texts.join(' ');
  return `${texts.slice(0, maxVersions).join(' ')} and ${texts.length - maxVersions} more`;
}

function pairs(record: Readonly<Record<string, string>>): readonly Line[] {
  return table(Object.entries(record).map(([path, target]) => [[path], [dim('→')], [target]]));
}
