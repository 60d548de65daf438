import { createHash } from 'node:crypto';
import { canonicalJson } from '@moby/model';
import { checkAnnotations, maxAnnotationsPerRequest, type CheckAnnotation } from '../../formats/check-annotations.ts';
import { commentTag, reviewMarkdown } from '../../formats/review-markdown.ts';
import type { ReviewReport } from '../../formats/review-report.ts';
import { resultWords } from '../../formats/review-words.ts';
import { harmlessReport } from '../../formats/harmless-report.ts';

/** The check that a report is, as far as GitHub keeps it. */
export interface WantedCheck {
  readonly name: string;
  readonly head_sha: string;
  /** Says which annotations it has: what was annotated once can't be taken back, so other annotations are another check run. */
  readonly external_id: string;
  readonly conclusion: 'success' | 'failure' | 'action_required';
  readonly title: string;
  readonly summary: string;
  readonly text?: string;
  readonly annotations: readonly CheckAnnotation[];
}

/** What a merge is told to wait for. */
export const checkName = 'moby-compose review';

/** More findings are in the report, and counted in the check. */
export const maxAnnotations: number = 20 * maxAnnotationsPerRequest;
const maxTitleCharacters = 255;

/**
 * `neutral` and `skipped` are never said: GitHub takes both for a pass. That nobody could judge is a failure with a title that says so;
 * `stale` and `timed_out` are not for us to say.
 */
const conclusions: Readonly<Record<ReviewReport['verdict'], WantedCheck['conclusion']>> = {
  pass: 'success',
  fail: 'failure',
  'needs-review': 'action_required',
  'tool-error': 'failure',
};

export function wantedCheck(report: ReviewReport): WantedCheck {
  const all = checkAnnotations(report).flat();
  const annotations = all.slice(0, maxAnnotations);
  const leftOut = all.length - annotations.length;
  const digest = createHash('sha256').update(canonicalJson(annotations)).digest('hex');
  return {
    name: checkName,
    head_sha: report.head,
    external_id: `moby-compose:${digest}`,
    conclusion: conclusions[report.verdict],
    title: titleOf(harmlessReport(report)).slice(0, maxTitleCharacters),
    summary: reviewMarkdown(report).replace(commentTag, '').trim(),
    ...(leftOut === 0 ? {} : { text: `${leftOut} of ${all.length} findings are without annotation.` }),
    annotations,
  };
}

function titleOf(report: ReviewReport): string {
  const { verdict, cause } = report;
  const first = verdict === 'tool-error' ? `no verdict${cause === undefined ? '' : ` (${cause.kind})`}: tool-error` : verdict;
  return `${first} · ${resultWords(report)}`;
}
