import type { RuleText } from '../rules/rule.ts';
import { reviewJson } from './review-json.ts';
import { reviewJunit } from './review-junit.ts';
import { reviewMarkdown } from './review-markdown.ts';
import type { ReviewReport } from './review-report.ts';
import { reviewSarif } from './review-sarif.ts';
import { reviewText } from './review-text.ts';
import { workflowCommands } from './workflow-commands.ts';

export const reviewFormats = ['text', 'json', 'markdown', 'sarif', 'github', 'junit'] as const;

export type ReviewFormat = (typeof reviewFormats)[number];

export interface ReviewLook {
  readonly format: ReviewFormat;
  /** The rules that were judged. */
  readonly rules: readonly RuleText[];
  /** For the log of a step on GitHub; sixteen letters and digits at least, by chance. */
  readonly stopToken: string;
  /** Where the rules' pages are read, an absolute address that ends in `/`. */
  readonly pages?: string;
}

/** The report in the format that was asked for, whole. */
export function renderReview(report: ReviewReport, { format, rules, stopToken, pages }: ReviewLook): string {
  switch (format) {
    case 'text':
      return reviewText(report);
    case 'json':
      return reviewJson(report);
    case 'markdown':
      return reviewMarkdown(report);
    case 'sarif':
      return reviewSarif(report, pages === undefined ? { rules } : { rules, pages });
    case 'github':
      return workflowCommands(report, stopToken);
    case 'junit':
      return reviewJunit(report, rules);
  }
}
