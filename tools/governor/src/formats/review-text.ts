import type { Finding, Severity } from '../judge/report.ts';
import { deciderName } from '../judge/waiver.ts';
import { harmlessReport } from './harmless-report.ts';
import type { AssemblyState, ReviewReport } from './review-report.ts';
import { byGravity, placeWords, resultWords, shortRule, stepWords, waiverWords } from './review-words.ts';

/** A piece of a line; a style is a name, which whoever writes to a terminal turns into a colour. */
export type TextSpan = string | { readonly text: string; readonly style: 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan' };

export type TextLine = readonly TextSpan[];

/** More lines of components than this are counted in the first line. */
const maxSteps = 3;

const severityStyles = { error: 'red', 'tool-error': 'red', review: 'yellow', warning: 'yellow', hint: 'cyan' } as const satisfies Readonly<
  Record<Severity, string>
>;
const verdictStyles = { pass: 'green', fail: 'red', 'tool-error': 'red', 'needs-review': 'yellow' } as const satisfies Readonly<
  Record<ReviewReport['verdict'], string>
>;
const stateStyles = { passes: 'green', fails: 'red', absent: 'dim', unknown: 'yellow' } as const satisfies Readonly<
  Record<AssemblyState, string>
>;

/** The report for a person at a terminal, in plain text. */
export function reviewText(report: ReviewReport): string {
  return `${reviewLines(report)
    .map((line) => line.map((span) => (typeof span === 'string' ? span : span.text)).join(''))
    .join('\n')}\n`;
}

/** The same, for a terminal that has colours. */
export function reviewLines(report: ReviewReport): readonly TextLine[] {
  const harmless = harmlessReport(report);
  const blocks = [
    [headline(harmless)],
    causeLines(harmless),
    ...findingBlocks(harmless),
    waivedLines(harmless),
    unjudgedLines(harmless),
    assemblyLines(harmless),
    autoMergeLines(harmless),
  ].filter((block) => block.length > 0);
  return blocks.flatMap((block, index) => (index === 0 ? block : [[], ...block]));
}

function headline(report: ReviewReport): TextLine {
  const { verdict, bump } = report;
  const steps = Object.entries(bump).map(([line, step]) => `${line}: ${stepWords(step)}`);
  const about = steps.length > maxSteps ? [`${steps.length} components`] : steps;
  return [{ text: verdict, style: verdictStyles[verdict] }, [``, resultWords(report), ...about].join(' · ')];
}

function causeLines({ cause }: ReviewReport): readonly TextLine[] {
  if (cause === undefined) return [];
  const help = cause.help === undefined ? [] : [[`    ${cause.help}`]];
  return [['  ', { text: 'no verdict', style: 'red' }, ` (${cause.kind}): ${cause.message}`], ...help];
}

function findingBlocks({ findings }: ReviewReport): readonly (readonly TextLine[])[] {
  const widths = {
    severity: widest(findings.map(({ severity }) => severity)),
    name: widest(findings.map((finding) => `${shortRule(finding)} ${finding.name}`)),
  };
  return byGravity(findings).map((finding) => findingLines(finding, widths));
}

function findingLines(finding: Finding, widths: { readonly severity: number; readonly name: number }): readonly TextLine[] {
  const { severity, name, message, help } = finding;
  const rule = shortRule(finding);
  const last = [waiverWords(finding), `moby-compose review explain ${rule}`].filter((part) => part !== undefined).join(' · ');
  return [
    [
      '  ',
      { text: severity.padEnd(widths.severity), style: severityStyles[severity] },
      ' ',
      { text: `${rule} ${name}`.padEnd(widths.name), style: 'bold' },
      `   ${placeWords(finding)}`,
    ],
    [`    ${message}`],
    ...(help === undefined ? [] : [[`    ${help}`]]),
    ['    ', { text: last, style: 'dim' }],
  ];
}

function waivedLines({ waived }: ReviewReport): readonly TextLine[] {
  return titled(
    'waived',
    waived.map(({ finding, by, reason }) => [
      `${shortRule(finding)} ${finding.name} of ${finding.component}, by ${deciderName(by)}: ${reason}`,
    ]),
  );
}

function unjudgedLines({ unjudged }: ReviewReport): readonly TextLine[] {
  return titled('not judged, which is no pass', unjudged.length === 0 ? [] : [[unjudged.map((rule) => shortRule({ rule })).join(', ')]]);
}

/** Those that stay as they are need no words, where they pass. */
function assemblyLines({ assemblies }: ReviewReport): readonly TextLine[] {
  const told = assemblies.filter(({ before, after }) => before !== after || after !== 'passes');
  const width = widest(told.map(({ name }) => name));
  return titled(
    'assemblies',
    told.map(({ name, before, after }) => [`${name.padEnd(width)}   ${before} → `, { text: after, style: stateStyles[after] }]),
  );
}

/** Whoever has to mend something first needs no list of what comes after. */
function autoMergeLines({ autoMerge, verdict }: ReviewReport): readonly TextLine[] {
  if (verdict === 'fail' || verdict === 'tool-error') return [];
  return titled(
    autoMerge.every(({ met }) => met) ? 'may merge by itself' : 'before it may merge by itself',
    autoMerge.map(({ condition, met, who }) => [
      met ? { text: '✓', style: 'green' } : { text: '✗', style: 'red' },
      ` ${condition}${who === undefined || met ? '' : `: ${who} can clear it`}`,
    ]),
  );
}

function titled(title: string, lines: readonly TextLine[]): readonly TextLine[] {
  return lines.length === 0 ? [] : [['  ', { text: title, style: 'bold' }], ...lines.map((line) => ['    ', ...line])];
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}
