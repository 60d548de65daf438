import { documentLimits, readJson, validateDocument, type Judged } from '@moby/model';
import type { ReviewReport } from './review-report.ts';

/** The most that is read of one: some 20,000 findings. */
export const maxReportBytes: number = 16 * 1024 * 1024;

/**
 * A report from its file. Who wrote it may have been the change itself: nothing of it is believed but what its schema says, and each
 * format makes its texts harmless again.
 */
export async function readReviewReport(text: string, file: string): Promise<Judged<ReviewReport>> {
  const read = await readJson({ file, text, limits: { ...documentLimits, maxBytes: maxReportBytes } });
  if (!read.ok) return read;
  const invalid = await validateDocument(read.value, 'reviewReport');
  const { value } = read.value;
  return invalid.length > 0 || !isReport(value) ? { ok: false, findings: invalid } : { ok: true, value, findings: [] };
}

/** Holds where the schema has nothing against it, which is the proof; here for the compiler. */
function isReport(value: unknown): value is ReviewReport {
  return typeof value === 'object' && value !== null;
}
