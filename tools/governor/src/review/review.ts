import { createHash } from 'node:crypto';
import { canonicalJson, Failure, fromNpmVersion, type Judged } from '@moby/model';
import { collectReview, type CollectedReview, type ToCollect } from '../collect/collect-review.ts';
import { openRepository } from '../collect/git/open-repository.ts';
import { openTree } from '../collect/lines/open-tree.ts';
import { packageWords } from '../collect/lines/package-words.ts';
import type { LineQuestion } from '../collect/lines/questions-of.ts';
import type { ReviewReport } from '../formats/review-report.ts';
import { compareFindings, compareText } from '../judge/compare-findings.ts';
import { escapeText } from '../judge/escape-text.ts';
import { judge } from '../judge/judge.ts';
import { policyFile } from '../judge/policy-file.ts';
import { defaultPolicy, type Policy } from '../judge/policy.ts';
import type { PayloadProof, Release } from '../judge/question.ts';
import { readPolicy } from '../judge/read-policy.ts';
import { withDependents } from './with-dependents.ts';
import { verdictOf, type Report } from '../judge/report.ts';
import { defaultLifecycle } from '../lifecycle/default-lifecycle.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { lifecycleFile, maxLifecycleBytes, readLifecycle } from '../lifecycle/read-lifecycle.ts';
import { catalogue } from '../rules/catalogue.ts';
import type { GovernanceRule } from '../rules/rule.ts';
import { autoMerge } from './auto-merge.ts';
import type { ChangeSubject } from './change-subject.ts';
import { noSignatures } from './commit-signatures.ts';
import { judgeChange, type ChangeReport } from './judge-change.ts';
import { emptyLibrary, openChange } from './open-change.ts';
import type { ReviewFacts } from './review-facts.ts';

export interface ToReview extends Omit<ToCollect, 'policyOf'> {
  /** Stands in for the base's policy. */
  readonly policy?: Policy;
  readonly facts?: ReviewFacts;
  /** The day, as `2027-01-31`, in place of that of the facts; without either what ends on a day has ended. */
  readonly today?: string;
  /** Derives the payloads of a line that is to be merged, where somebody can; not asked where the change leaves them as they are. */
  readonly payloadOf?: (release: Release) => PayloadProof | Promise<PayloadProof>;
  readonly rules?: readonly GovernanceRule[];
  /** Where the library's index is kept between reviews, so that only what is new in it is read; nowhere where it is missing. */
  readonly cacheFolder?: string;
}

/**
 * Judges a pull request: what merging `head` into `base` would do to the library. Rules, policy and life cycle are the base's. Throws
 * `unreadable-repository` where the two commits can't be read, `not-found`, `limit` and `invalid-input` where there can be no verdict.
 */
export async function review(toReview: ToReview): Promise<ReviewReport> {
  const { rules = catalogue, today = toReview.facts?.today } = toReview;
  const { subject, questions } = await openReview(toReview);
  const change = judgeChange(subject, rules);
  const lines: JudgedLine[] = [];
  for (const line of questions)
    for (const judged of await judgeLine(line, { ...toReview, ...(today === undefined ? {} : { today }) }))
      lines.push({ ...judged, report: withDependents(judged.report, line.component, subject.library) });
  return reportOf({ subject, change, lines, rules });
}

interface OpenedReview {
  readonly subject: ChangeSubject;
  readonly questions: readonly LineQuestion[];
}

/** Reads all that the rules will look at, of both kinds. */
export async function openReview(toReview: ToReview): Promise<OpenedReview> {
  const { facts = {}, today = facts.today, cacheFolder } = toReview;
  try {
    const collected = await collectReview({ ...toReview, policyOf: async (text) => toReview.policy ?? policyOf(text) });
    const lifecycle = await lifecycleOf(collected);
    const known = { ...(today === undefined ? {} : { today }), ...(cacheFolder === undefined ? {} : { cacheFolder }) };
    const subject = await openChange({ collected, lifecycle, facts, ...known });
    return { subject, questions: collected.questions ?? [] };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'unreadable-repository') throw error;
    return { subject: await unreadableSubject(toReview, error), questions: [] };
  }
}

/** What is known where an object below the two commits can't be read (MOBY-G002): the commits. Throws where that is too much. */
async function unreadableSubject({ folder, base, head, policy, facts = {} }: ToReview, failure: Failure): Promise<ChangeSubject> {
  const repository = openRepository(folder);
  const [help] = failure.hints;
  return {
    policy: policy ?? defaultPolicy,
    lifecycle: defaultLifecycle,
    facts,
    base: await repository.commitOf(base),
    head: await repository.commitOf(head),
    commits: { commits: [], forks: [] },
    diff: { changes: [], faults: [] },
    merge: { conflicts: [], laid: new Map() },
    touched: { components: [], elsewhere: [] },
    isReadable: false,
    unreadable: { message: failure.message, ...(help === undefined ? {} : { help }) },
    components: [],
    files: new Map(),
    packed: new Map(),
    signatures: noSignatures,
    unpackable: new Map(),
    library: emptyLibrary(),
  };
}

interface JudgedLine {
  readonly name: string;
  readonly version: string;
  readonly report: Report;
}

async function judgeLine(line: LineQuestion, { payloadOf, today, rules }: ToReview): Promise<readonly JudgedLine[]> {
  const { question } = line;
  if (question === undefined) return [];
  const payload = question.payload.kind === 'unproven' ? ((await payloadOf?.(question.release)) ?? question.payload) : question.payload;
  const { npmVersion = '' } = packageWords(question.release.files.get('package.json'));
  const report = await judge({ ...question, payload, ...(today === undefined ? {} : { today }) }, rules);
  const version = fromNpmVersion(npmVersion) ?? npmVersion;
  const { door } = question;
  const isAsBefore = door.kind === 'review' && door.base?.npmVersion === npmVersion && report.bump !== undefined;
  // A line that keeps its version goes no step from the one before it.
  const none = { declared: 'none', required: 'none', witnesses: [] } as const;
  const bump = isAsBefore ? { bump: { ...none, baseline: version } } : {};
  return [{ name: `${line.component}/${line.line}`, version, report: { ...report, ...bump } }];
}

interface ToReport {
  readonly subject: ChangeSubject;
  readonly change: ChangeReport;
  readonly lines: readonly JudgedLine[];
  readonly rules: readonly GovernanceRule[];
}

function reportOf({ subject, change, lines, rules }: ToReport): ReviewReport {
  const findings = [...change.findings, ...lines.flatMap(({ report }) => report.findings)].sort(compareFindings);
  const waived = [...change.waived, ...lines.flatMap(({ report }) => report.waived)];
  const unjudged = [...new Set(lines.flatMap(({ report }) => report.unjudged))].sort(compareText);
  const judged = rules.filter(({ id, clauses }) => change.judged.includes(id) || (lines.length > 0 && clauses.length > 0));
  const spoke = new Set([...findings, ...waived.map(({ finding }) => finding)].map(({ rule }) => rule));
  const verdict = verdictOf(findings, unjudged);
  const bump = Object.fromEntries(
    lines.flatMap(({ name, version, report }) => (report.bump === undefined ? [] : [[name, { ...report.bump, version }] as const])),
  );
  return {
    form: 1,
    verdict,
    head: subject.head.oid,
    base: subject.base.oid,
    rulesDigest: rulesDigest(rules, subject),
    findings,
    waived,
    bump,
    assemblies: subject.library.assemblies.map(({ name, before, after }) => ({
      name,
      before: before?.state ?? 'absent',
      after: after?.state ?? 'absent',
    })),
    autoMerge: autoMerge({ subject, verdict, findings, waived, bump }),
    passed: judged.filter(({ id }) => !spoke.has(id) && !unjudged.includes(id)).length,
    unjudged,
    ...causeOf(subject),
  };
}

function causeOf({ unreadable }: ChangeSubject): Pick<ReviewReport, 'cause'> {
  if (unreadable === undefined) return {};
  const { message, help } = unreadable;
  return { cause: { kind: 'repository', message: escapeText(message), ...(help === undefined ? {} : { help: escapeText(help) }) } };
}

/** What a verdict holds for, beside two commits: the rules by their words, and what the library has decided. */
function rulesDigest(rules: readonly GovernanceRule[], { policy, lifecycle }: Pick<ChangeSubject, 'policy' | 'lifecycle'>): string {
  const words = rules.map(({ id, name, severity, waivableBy, clauses, change = [] }) => ({
    id,
    name,
    severity,
    waivableBy,
    clauses: [...clauses, ...change].map((clause) => [clause.name, clause.when]),
  }));
  return `sha256:${createHash('sha256').update(canonicalJson({ words, policy, lifecycle })).digest('hex')}`;
}

async function policyOf(text: Uint8Array | undefined): Promise<Policy> {
  return text === undefined ? defaultPolicy : decided(await readPolicy(Buffer.from(text).toString('utf8')), policyFile);
}

async function lifecycleOf({ repository, base }: CollectedReview): Promise<Lifecycle> {
  const text = await openTree(repository.objects, base.tree).file(lifecycleFile, maxLifecycleBytes);
  return text === undefined ? defaultLifecycle : decided(await readLifecycle(Buffer.from(text).toString('utf8')), lifecycleFile);
}

/** By a decision that can't be read, nobody is judged. */
function decided<Value>(read: Judged<Value>, file: string): Value {
  if (read.ok) return read.value;
  const [first] = read.findings;
  const { line = 1, column = 1 } = first?.place ?? {};
  throw new Failure({
    code: 'invalid-input',
    message: `${file}:${line}:${column} of the base can't be read: ${first?.message ?? 'nobody says why'}`,
    hints: ['mend it there first: what is decided counts from the base, never from the change'],
  });
}
