import { maxAnnotationsPerRequest } from '../../formats/check-annotations.ts';
import { listAt, memberOf, needed, numberAt, textAt } from './answers.ts';
import type { ForgeUser } from './own-user.ts';
import { repositoryPath, type PullRequestName } from './pull-request-name.ts';
import type { Step } from './settle.ts';
import type { WantedCheck } from './wanted-check.ts';

/** A check run that is there. */
export interface CheckRun {
  readonly id: number;
  readonly externalId: string;
  readonly isCompleted: boolean;
  readonly conclusion: string | undefined;
  readonly title: string;
  readonly summary: string;
  readonly text: string;
  /** How many it has. */
  readonly annotations: number;
}

/** Where our check runs of a head are listed. */
export function checkRunsPath(name: PullRequestName, { name: check, head_sha }: WantedCheck): string {
  return repositoryPath(name, `/commits/${head_sha}/check-runs?check_name=${encodeURIComponent(check)}&filter=latest`);
}

/** The youngest of the elements of that list that is ours. */
export function ownCheckRun(elements: readonly unknown[], user: ForgeUser): CheckRun | undefined {
  const own = elements.filter((run) => user.appSlug === undefined || textAt(run, 'app', 'slug') === user.appSlug);
  const runs = own.map((run): CheckRun => ({
    id: needed(numberAt(run, 'id'), 'number of a check run'),
    externalId: textAt(run, 'external_id') ?? '',
    isCompleted: textAt(run, 'status') === 'completed',
    conclusion: textAt(run, 'conclusion'),
    title: textAt(run, 'output', 'title') ?? '',
    summary: textAt(run, 'output', 'summary') ?? '',
    text: textAt(run, 'output', 'text') ?? '',
    annotations: numberAt(run, 'output', 'annotations_count') ?? listAt(memberOf(run, 'output'), 'annotations').length,
  }));
  return runs.sort((a, b) => b.id - a.id)[0];
}

/** The next request towards the check that is wanted: it is completed by the last one, so that half of it never counts. */
export function nextCheckStep(
  name: PullRequestName,
  wanted: WantedCheck,
  run: CheckRun | undefined,
): Step<CheckRun | undefined> | undefined {
  const known = run?.externalId === wanted.external_id ? run : undefined;
  const begun = known?.annotations ?? 0;
  const batch = wanted.annotations.slice(begun, begun + maxAnnotationsPerRequest);
  if (known !== undefined && batch.length === 0 && isAsWanted(known, wanted)) return undefined;
  const isLast = begun + batch.length >= wanted.annotations.length;
  const { title, summary, text } = wanted;
  const body = {
    ...(isLast ? { status: 'completed', conclusion: wanted.conclusion } : { status: 'in_progress' }),
    output: { title, summary, ...(text === undefined ? {} : { text }), ...(batch.length === 0 ? {} : { annotations: batch }) },
  };
  const after = (answer: unknown): CheckRun => ({
    id: needed(numberAt(answer, 'id'), 'number of a check run'),
    externalId: wanted.external_id,
    isCompleted: isLast,
    conclusion: isLast ? wanted.conclusion : undefined,
    title,
    summary,
    text: text ?? '',
    annotations: begun + batch.length,
  });
  const { name: check, head_sha, external_id } = wanted;
  if (known === undefined)
    return {
      request: { method: 'POST', path: repositoryPath(name, '/check-runs'), body: { name: check, head_sha, external_id, ...body } },
      after,
    };
  return { request: { method: 'PATCH', path: repositoryPath(name, `/check-runs/${known.id}`), body }, after };
}

function isAsWanted(run: CheckRun, { conclusion, title, summary, text }: WantedCheck): boolean {
  return (
    run.isCompleted &&
    run.conclusion === conclusion &&
    sameText(run.title, title) &&
    sameText(run.summary, summary) &&
    sameText(run.text, text ?? '')
  );
}

/** A forge may keep text with other ends of lines, and without what is white at its ends. */
export function sameText(a: string, b: string): boolean {
  return a.replaceAll('\r\n', '\n').trim() === b.replaceAll('\r\n', '\n').trim();
}
