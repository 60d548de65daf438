import { readFile, stat } from 'node:fs/promises';
import { maxReportBytes, readReviewReport, type ReviewReport } from '@moby/governor';
import { parsePullRequestName, plannedRequests, postReview, reviewParts, shownPullRequest, type ReviewPart } from '@moby/governor/act';
import { Failure, formatBytes, unreadable } from '@moby/model';
import { refusedBy, type Outcome, type Refused } from '../outcome.ts';
import type { Session } from '../session.ts';
import { openForge } from './open-forge.ts';

export interface PostOptions {
  readonly report: string;
  readonly github: string;
  readonly without: readonly ReviewPart[];
  readonly as: string | undefined;
  readonly api: string | undefined;
  readonly isDryRun: boolean;
}

/** The report is read by its schema before anything else: who computed it may have been the change's own. */
export async function postOutcome(
  { report: file, github, without, as, api: address, isDryRun }: PostOptions,
  session: Session,
): Promise<Outcome> {
  const pullRequest = parsePullRequestName(github);
  const parts = reviewParts.filter((part) => !without.includes(part));
  const read = await readReport(file);
  if ('kind' in read) return read;
  const { report } = read;
  if (isDryRun)
    return { kind: 'done', isDocument: true, value: { requests: await plannedRequests({ report, pullRequest, parts }) }, lines: [] };
  const forge = openForge(process.env, address, session);
  try {
    session.reporter.wait('github', `showing the report at ${shownPullRequest(pullRequest)}`);
    const bot = as ?? forge.bot;
    const sent = await postReview(forge.api, {
      report,
      pullRequest,
      parts,
      onPause: forge.onPause,
      ...(bot === undefined ? {} : { as: bot }),
    });
    session.reporter.settle();
    return {
      kind: 'done',
      value: { pullRequest: shownPullRequest(pullRequest), head: report.head, verdict: report.verdict, sent },
      lines: parts.map((part) => [`${part}: ${sent[part] === 0 ? 'as it was' : 'up to date'}`]),
    };
  } finally {
    forge.close();
  }
}

async function readReport(file: string): Promise<{ readonly report: ReviewReport } | Refused> {
  try {
    const { size } = await stat(file);
    if (size > maxReportBytes)
      throw new Failure({
        code: 'limit',
        message: `\`${file}\` has ${formatBytes(size)}; ${formatBytes(maxReportBytes)} are read of a report`,
      });
    const judged = await readReviewReport(await readFile(file, 'utf8'), file);
    return judged.ok ? { report: judged.value } : refusedBy(judged.findings);
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(file, error);
  }
}
