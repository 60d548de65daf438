import type { Evidence, Verdict } from '@moby/abi';
import { isPlatform, type Platform } from '@moby/model';
import type { CellDocument, Fit, MatrixDocument } from '../documents.ts';
import { pageLimits } from '../limits.ts';
import type { HeldLine } from './held-line.ts';
import { judgeDeclared } from './judge-declared.ts';
import { judgeKernel } from './judge-kernel.ts';
import { judgeRoot } from './judge-root.ts';
import { judgeSymbols } from './judge-symbols.ts';
import { type Judged, type Pair, turned } from './judged.ts';

/** Lines of two components, newest first, of each at least one. */
export interface LinesOfTwo {
  readonly own: readonly HeldLine[];
  readonly other: readonly HeldLine[];
}

/** Each line of one with each line of the other, judged from facts and manifests alone by the rules that judge an assembly. */
export function judgeLines(two: LinesOfTwo, asks: MatrixDocument['asks']): MatrixDocument {
  const [own, other] = [two.own, two.other].map((lines) => lines.slice(0, pageLimits.matrixLines));
  const isTogether = sharesRoot(two);
  const cells = (own ?? []).map((row) => (other ?? []).map((column) => judgeCell(row, column, { ...two, isTogether })));
  return {
    neighbour: two.other[0]?.component.manifest.name ?? '',
    asks,
    rows: (own ?? []).map(({ line }) => line),
    columns: (other ?? []).map(({ line }) => line),
    cells,
  };
}

/** One of the two asks for the other in its own root; peers and parts of the machine have files of their own. */
function sharesRoot(two: LinesOfTwo): boolean {
  return asksInRoot(two.own, two.other) || asksInRoot(two.other, two.own);
}

function asksInRoot(asking: readonly HeldLine[], offering: readonly HeldLine[]): boolean {
  const offered = new Set(offering.flatMap(({ component: { manifest } }) => [manifest.name, ...Object.keys(manifest.provides)]));
  return asking.some(({ component: { manifest } }) =>
    Object.entries({ ...manifest.recommends, ...manifest.requires }).some(([need, { in: place }]) => place === 'root' && offered.has(need)),
  );
}

function judgeCell(own: HeldLine, other: HeldLine, options: LinesOfTwo & { readonly isTogether: boolean }): CellDocument {
  const platforms = platformsOf(own).filter((platform) => platformsOf(other).includes(platform));
  const linesOf = (line: HeldLine): readonly HeldLine[] => (options.own.includes(line) ? options.own : options.other);
  const judged = platforms.map((platform) => ({ platform, found: judgePair({ own, other, platform, linesOf }, options.isTogether) }));
  if (platforms.length === 0)
    return { fit: 'unknown', evidence: 'declared', judged: 0, reasons: ['they have no platform in common'], more: 0 };
  return cellOf(judged);
}

function judgePair(pair: Pair, isTogether: boolean): readonly Judged[] {
  return [...judgeDeclared(pair), ...judgeKernel(pair), ...(isTogether ? [...judgeRoot(pair), ...turned(pair).flatMap(judgeSymbols)] : [])];
}

function platformsOf({ component }: HeldLine): readonly Platform[] {
  return Object.keys(component.manifest.payload.platforms).filter(isPlatform);
}

const fits: Readonly<Record<Verdict, Fit>> = {
  ok: 'fits',
  info: 'fits',
  warn: 'care',
  silent: 'care',
  error: 'misfit',
  unknown: 'unknown',
};
const worstFirst: readonly Fit[] = ['misfit', 'unknown', 'care', 'fits', 'none'];
const weakestFirst: readonly Evidence[] = ['assumed', 'declared', 'binary', 'observed'];

function cellOf(platforms: readonly { readonly platform: Platform; readonly found: readonly Judged[] }[]): CellDocument {
  const all = platforms.flatMap(({ found }) => found);
  if (all.length === 0) return { fit: 'none', evidence: 'declared', judged: 0, reasons: ['neither needs anything of the other'], more: 0 };
  const fit = worstFirst.find((one) => all.some(({ verdict }) => fits[verdict] === one)) ?? 'unknown';
  const telling = new Map<string, Platform[]>();
  for (const { platform, found } of platforms)
    for (const { verdict, sentence } of found)
      if (fits[verdict] === fit) telling.set(sentence, [...(telling.get(sentence) ?? []), platform]);
  const reasons = [...telling].map(([sentence, on]) => (on.length === platforms.length ? sentence : `${on.join(', ')}: ${sentence}`));
  const deciding = all.filter(({ verdict }) => fits[verdict] === fit);
  return {
    fit,
    evidence: weakestFirst.find((evidence) => deciding.some((one) => one.evidence === evidence)) ?? 'assumed',
    judged: all.length,
    reasons: reasons.slice(0, fit === 'fits' ? 2 : pageLimits.reasons),
    more: Math.max(0, reasons.length - (fit === 'fits' ? 2 : pageLimits.reasons)),
  };
}

/** The same from the neighbour's side. */
export function turnedMatrix(matrix: MatrixDocument, neighbour: string): MatrixDocument {
  const asks = { own: 'other', other: 'own', both: 'both' } as const;
  return {
    neighbour,
    asks: asks[matrix.asks],
    rows: matrix.columns,
    columns: matrix.rows,
    cells: matrix.columns.map((_, column) => matrix.cells.flatMap((row) => row[column] ?? [])),
  };
}

/** For a list: what doesn't fit before what does. */
export function severityOf({ cells }: MatrixDocument): number {
  return Math.min(...cells.flat().map(({ fit }) => worstFirst.indexOf(fit)));
}
