import { widthOf, type Line } from './line.ts';

export interface TableOptions {
  /** Before each row; two spaces by default. */
  readonly indent?: string;
  /** Between columns; two spaces by default. */
  readonly gap?: string;
  /** Indexes of columns whose cells stand at their right edge: numbers. */
  readonly right?: readonly number[];
}

/** Rows of cells as aligned lines. Missing cells are empty; the last column is never padded. */
export function table(rows: readonly (readonly Line[])[], options: TableOptions = {}): readonly Line[] {
  const { indent = '  ', gap = '  ', right = [] } = options;
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))));
  return rows.map((row) => {
    const cells = row.map((cell, index): Line => {
      const padding = ' '.repeat((widths[index] ?? 0) - widthOf(cell));
      if (right.includes(index)) return [padding, ...cell];
      return index === row.length - 1 ? cell : [...cell, padding];
    });
    return [indent, ...cells.flatMap((cell, index) => (index === 0 ? cell : [gap, ...cell]))];
  });
}
