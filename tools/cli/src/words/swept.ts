import type { Waiver } from '@moby/governor';
import type { Diagnostic } from '@moby/model';
import type { Outcome } from '../outcome.ts';
import { bold, dim, green, red, yellow, type Line } from '../reporter/line.ts';
import { renderDiagnostic } from '../reporter/render-diagnostic.ts';
import { table } from '../reporter/table.ts';
import type { SweptBranch } from '../sweep/commit-change.ts';
import type { Orphan } from '../sweep/find-orphans.ts';
import type { LineNews, NewerLine } from '../sweep/find-updates.ts';
import { waiverWords } from '../sweep/sweep-plans.ts';

/** What a sweep has found and done. */
export interface Swept {
  readonly revision: string;
  readonly commit: string;
  readonly day: string;
  readonly orphans: readonly Orphan[];
  readonly expired: readonly Waiver[];
  readonly news: readonly LineNews[];
  readonly branches: readonly SweptBranch[];
  readonly findings: readonly Diagnostic[];
}

/** Exit code 1 where something was left undone, or a rule is against what was done. */
export function sweptOutcome({ revision, commit, day, orphans, expired, news, branches, findings }: Swept): Outcome {
  const undone = branches.some(({ action, review }) => action === 'refused' || action === 'failed' || review?.verdict === 'fail');
  return {
    kind: 'done',
    value: {
      base: { revision, commit },
      day,
      orphans,
      expiredWaivers: expired,
      components: news.map(shownNews),
      branches,
      findings,
    },
    lines: [
      ...section('nobody answers for', orphans.map(orphanRow)),
      ...section(
        'over',
        expired.map((waiver) => [[waiverWords(waiver)]]),
      ),
      ...section('newer packages', news.flatMap(newerRows)),
      ...section('branches', branches.map(branchRow)),
      [counted(news)],
    ],
    next: [
      ...findings.flatMap((finding) => [[], ...renderDiagnostic(finding)]),
      ...(branches.some(({ action }) => action === 'written' || action === 'updated')
        ? [[], ['look at one with git show, and propose it: git push origin BRANCH']]
        : []),
    ],
    exitCode: undone || findings.some(({ severity }) => severity === 'error') ? 1 : 0,
  };
}

function section(title: string, rows: readonly (readonly Line[])[]): readonly Line[] {
  return rows.length === 0 ? [] : [[bold(title)], ...table(rows)];
}

function orphanRow({ component, kind, why, next }: Orphan): readonly Line[] {
  return [[kind === 'retire' ? yellow(component) : component], [why], [dim(next)]];
}

function newerRows(news: LineNews): readonly (readonly Line[])[] {
  return news.kind === 'newer'
    ? news.pins.map((pin, index) => [[index === 0 ? news.component : ''], [pinWords(pin)], [goneWords(news, pin)]])
    : [];
}

function pinWords({ package: name, from, to, version, platform }: NewerLine['pins'][number]): string {
  return `${name} ${from} → ${name === to ? '' : `${to} `}${version} (${platform})`;
}

function goneWords({ vanished }: NewerLine, { package: name, from }: NewerLine['pins'][number]): string {
  return vanished.includes(`${name} ${from}`) ? 'the archive has dropped the pin' : '';
}

function branchRow({ branch, action, why, review }: SweptBranch): readonly Line[] {
  const mark = action === 'refused' || action === 'failed' ? red('✘') : action === 'left' || action === 'planned' ? dim('·') : green('✔');
  const words = {
    planned: 'would be written',
    written: 'written',
    updated: 'updated',
    left: 'left',
    refused: 'left alone',
    failed: 'not written',
  };
  return [[mark, ` ${branch}`], [words[action]], [review === undefined ? '' : review.verdict], [dim(why ?? '')]];
}

function counted(news: readonly LineNews[]): string {
  const of = (kind: LineNews['kind']): number => news.filter((one) => one.kind === kind).length;
  return `${news.length} lines: ${of('current')} current, ${of('newer')} with newer packages, ${of('stuck')} for a person`;
}

function shownNews(news: LineNews): object {
  if (news.kind !== 'newer') return { component: news.component, kind: news.kind };
  const pins = news.pins.map(({ package: name, platform, from, to, version }) => ({ package: name, platform, from, to, version }));
  return { component: news.component, kind: news.kind, pins, vanished: news.vanished };
}
