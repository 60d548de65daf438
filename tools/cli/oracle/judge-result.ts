import type { Disagreement, OracleResult } from './oracle.ts';

export interface JudgedResult {
  /** As `check-config 9 of 9, 15 explained`. */
  readonly counts: string;
  /** What is printed, the counts first. */
  readonly lines: readonly string[];
  /** Whether nothing differs in a way that the page does not name, and nothing is named that doesn't differ. */
  readonly isGood: boolean;
}

/** A row of the page's table of known disagreements. */
export interface KnownDisagreement extends Pick<Disagreement, 'kind' | 'subject'> {
  readonly oracle: string;
}

/** `oracle` is its name in the table. One that must run and has not is no good. */
export function judgeResult(
  oracle: string,
  result: OracleResult,
  { known, mustRun }: { readonly known: readonly KnownDisagreement[]; readonly mustRun: boolean },
): JudgedResult {
  const { name, unit, compared, failing, disagreements, notRun, remarks = [] } = result;
  if (notRun !== undefined) {
    const counts = `${name} not run: ${notRun}`;
    return { counts, lines: [counts], isGood: !mustRun };
  }
  const own = known.filter((row) => row.oracle === oracle);
  const open = disagreements.filter((one) => !own.some((row) => isAbout(row, one)));
  const left = own.filter((row) => !disagreements.some((one) => isAbout(row, one)));
  const counts = countsOf(result, open);
  return {
    counts,
    lines: [
      `${counts} (${failing} of ${compared} ${unit} fail)`,
      ...remarks.map((remark) => `  ${remark}`),
      ...disagreements.map((one) => `  ${open.includes(one) ? '' : 'known '}${one.kind}: ${one.subject}: ${one.detail}`),
      ...left.map(({ kind, subject }) => `  known ${kind} that is none any more: ${subject}`),
    ],
    isGood: compared > 0 && open.length === 0 && left.length === 0,
  };
}

function isAbout(row: KnownDisagreement, { kind, subject }: Disagreement): boolean {
  return row.kind === kind && row.subject === subject;
}

function countsOf({ name, unit, compared, disagreements }: OracleResult, open: readonly Disagreement[]): string {
  const count = (kind: Disagreement['kind']): number => open.filter((one) => one.kind === kind).length;
  const explained = disagreements.length - open.length;
  const named = explained === 0 ? '' : `, ${explained} explained`;
  if (unit === 'programs') return `${name} ${compared} programs, ${count('false alarm')} false alarms, ${count('miss')} misses${named}`;
  return `${name} ${compared - open.length} of ${compared}${named}`;
}

/** The rows of the page's table, `| oracle | kind | subject | reason |`; one without a reason counts for nothing. */
export function knownDisagreements(markdown: string): readonly KnownDisagreement[] {
  return tableRows(markdown).flatMap(([oracle = '', kind = '', subject = '', reason = '']) =>
    (kind === 'false alarm' || kind === 'miss') && reason !== '' ? [{ oracle, kind, subject }] : [],
  );
}

/** The cells of all tables of a page, without backticks. */
export function tableRows(markdown: string): readonly (readonly string[])[] {
  return markdown.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim().replaceAll('`', ''));
    return line.startsWith('|') ? [cells.slice(1, -1)] : [];
  });
}
