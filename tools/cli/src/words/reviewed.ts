import { randomBytes } from 'node:crypto';
import { catalogue, renderReview, reviewExitCodes, reviewLines, type ReviewFormat, type ReviewReport } from '@moby/governor';
import type { Done } from '../outcome.ts';

/** The verdict on a pull request, in the format that was asked for. */
export function reviewedOutcome(report: ReviewReport, format: ReviewFormat): Done {
  const exitCode = reviewExitCodes[report.verdict];
  if (format === 'text') return { kind: 'done', value: report, lines: reviewLines(report), exitCode };
  const text = renderReview(report, { format, rules: catalogue, stopToken: randomBytes(16).toString('hex') });
  if (format === 'json' || format === 'sarif') return { kind: 'done', value: documentOf(text), lines: [], isDocument: true, exitCode };
  return {
    kind: 'done',
    value: report,
    lines: text
      .trimEnd()
      .split('\n')
      .map((line) => [line]),
    exitCode,
  };
}

function documentOf(text: string): object {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new TypeError('a report is a JSON object');
  return value;
}
