import type { Finding, Severity } from '../judge/report.ts';
import { harmlessReport } from './harmless-report.ts';
import { relativePath } from './relative-path.ts';
import type { ReviewReport } from './review-report.ts';
import { byGravity, shortRule, waiverWords } from './review-words.ts';

/** GitHub takes no more in one request. */
export const maxAnnotationsPerRequest = 50;

/** Of an annotation GitHub takes no longer title, and no longer message, in bytes. */
const maxTitleCharacters = 255;
const maxMessageBytes = 64 * 1024;

/** One of `output.annotations` of a check run (GitHub's REST API). */
export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column: number;
  readonly end_column: number;
  readonly annotation_level: 'failure' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

const levels: Readonly<Record<Severity, CheckAnnotation['annotation_level']>> = {
  error: 'failure',
  'tool-error': 'failure',
  review: 'warning',
  warning: 'warning',
  hint: 'notice',
};

/** All findings, the gravest first, in as many parts as requests are needed. */
export function checkAnnotations(report: ReviewReport): readonly (readonly CheckAnnotation[])[] {
  const all = byGravity(harmlessReport(report).findings).map(annotationOf);
  const requests = Math.ceil(all.length / maxAnnotationsPerRequest);
  return Array.from({ length: requests }, (_, index) =>
    all.slice(index * maxAnnotationsPerRequest, (index + 1) * maxAnnotationsPerRequest),
  );
}

function annotationOf(finding: Finding): CheckAnnotation {
  const { rule, name, severity, path, line, column } = finding;
  const file = relativePath(path);
  return {
    // What is about no file stands where GitHub's own runner puts such things.
    path: file === '' ? '.github' : file,
    start_line: line,
    end_line: line,
    start_column: column,
    end_column: column,
    annotation_level: levels[severity],
    title: `${rule} ${name}`.slice(0, maxTitleCharacters),
    message: atMost(annotationText(finding), maxMessageBytes),
  };
}

/** What was found, what to do, who may let it pass, and where more is told: a line each. */
export function annotationText(finding: Finding): string {
  const { message, help } = finding;
  const last = [waiverWords(finding), `moby-compose review explain ${shortRule(finding)}`];
  return [message, ...(help === undefined ? [] : [help]), last.filter((part) => part !== undefined).join(' · ')].join('\n');
}

/** Cut between two characters. */
function atMost(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const end = '…';
  return `${bytes.toString('utf8', 0, maxBytes - 2 * Buffer.byteLength(end)).replace(/\ufffd$/, '')}${end}`;
}
