import { canonicalJson } from '@moby/model';
import { harmlessReport } from './harmless-report.ts';
import type { ReviewReport } from './review-report.ts';

/** The report itself: the same report gives the same bytes. */
export function reviewJson(report: ReviewReport): string {
  return canonicalJson(harmlessReport(report));
}
