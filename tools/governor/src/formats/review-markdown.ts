import type { Finding } from '../judge/report.ts';
import { deciderName } from '../judge/waiver.ts';
import { harmlessReport } from './harmless-report.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import type { ReviewReport } from './review-report.ts';
import { byGravity, countWords, placeWords, resultWords, shortRule, stepWords, waiverWords } from './review-words.ts';

/** GitHub takes no longer comment; 65,536 is refused. */
export const maxCommentCharacters = 65_535;

/** The first line of the comment, by which it is found again. */
export const commentTag = '<!-- moby-compose review -->';

/** A text that is longer is cut: the whole stands in the report. */
const maxTextCharacters = 400;

interface Section {
  readonly title: string;
  /** One line each, the most needed first. */
  readonly items: readonly string[];
  /** Which section gets its room first; they stand in the order of the list. */
  readonly rank: number;
  readonly leftOut: (count: number) => string;
}

/** The report as the one comment on a pull request. What has no room is left out with its number. */
export function reviewMarkdown(report: ReviewReport): string {
  const harmless = harmlessReport(report);
  const head = [commentTag, `### ${harmless.verdict} · ${resultWords(harmless)}`, ...causeParagraph(harmless)].join('\n\n');
  const foot = `<sub>head ${code(harmless.head)} · base ${code(harmless.base)} · rules ${code(harmless.rulesDigest)}</sub>\n`;
  const sections = [bumpSection, findingSection, assemblySection, autoMergeSection, waivedSection, unjudgedSection]
    .map((section) => section(harmless))
    .filter(({ items }) => items.length > 0);
  const room = maxCommentCharacters - head.length - foot.length - 4;
  return [head, ...fitted(sections, room), foot].join('\n\n');
}

/** Each section keeps room for its title and for the number of what it leaves out. */
function fitted(sections: readonly Section[], room: number): readonly string[] {
  let left = room;
  for (const section of sections) left -= emptyLength(section);
  const kept = new Map<Section, readonly string[]>();
  for (const section of [...sections].sort((a, b) => a.rank - b.rank)) {
    const items: string[] = [];
    for (const item of section.items) {
      if (item.length + 1 > left) break;
      left -= item.length + 1;
      items.push(item);
    }
    kept.set(section, items);
  }
  return sections.map((section) => {
    const items = kept.get(section) ?? [];
    const count = section.items.length - items.length;
    return [`#### ${section.title}`, '', ...items, ...(count === 0 ? [] : [`- … ${section.leftOut(items.length)}`])].join('\n');
  });
}

function emptyLength({ title, leftOut }: Section): number {
  return `#### ${title}\n\n- … ${leftOut(0)}\n\n`.length + 40;
}

function causeParagraph({ cause }: ReviewReport): readonly string[] {
  if (cause === undefined) return [];
  return [`No verdict (${cause.kind}): ${text(cause.message)}${cause.help === undefined ? '' : `<br>${text(cause.help)}`}`];
}

function bumpSection({ bump }: ReviewReport): Section {
  const items = Object.entries(bump).map(
    ([line, step]) => `- ${code(line)} ${text(stepWords(step))}: declared ${step.declared}, required ${step.required}`,
  );
  return { title: 'Versions', items, rank: 3, leftOut: more(items, 'components') };
}

function findingSection({ findings }: ReviewReport): Section {
  const sorted = byGravity(findings);
  const leftOut = (shown: number): string => `left out here for want of room: ${countWords(sorted.slice(shown))}`;
  return { title: 'Findings', items: sorted.map(findingItem), rank: 2, leftOut };
}

function findingItem(finding: Finding): string {
  const { rule, name, severity, message, help } = finding;
  const last = [waiverWords(finding), code(`moby-compose review explain ${shortRule(finding)}`)];
  const lines = [
    `- **${severity}** ${code(rule)} ${text(name)} · ${code(placeWords(finding))}`,
    text(message),
    ...(help === undefined ? [] : [text(help)]),
    last.filter((part) => part !== undefined).join(' · '),
  ];
  return lines.join('<br>');
}

function assemblySection({ assemblies }: ReviewReport): Section {
  const told = assemblies.filter(({ before, after }) => before !== after || after !== 'passes');
  const items = told.map(({ name, before, after }) => `- ${code(name)} ${before} → ${after}`);
  return { title: 'Assemblies', items, rank: 4, leftOut: more(items, 'assemblies') };
}

function autoMergeSection({ autoMerge }: ReviewReport): Section {
  const open = autoMerge.filter(({ met }) => !met);
  const items = [...open, ...autoMerge.filter(({ met }) => met)].map(
    ({ condition, met, who }) => `- ${met ? '✓' : '✗'} ${text(condition)}${who === undefined || met ? '' : ` · ${text(who)} can clear it`}`,
  );
  const title = open.length === 0 ? 'May merge by itself' : 'Before it may merge by itself';
  return { title, items, rank: 1, leftOut: more(items, 'conditions') };
}

function waivedSection({ waived }: ReviewReport): Section {
  const items = waived.map(
    ({ finding, by, reason }) =>
      `- ${code(finding.rule)} ${text(finding.name)} of ${code(finding.component)}, by ${deciderName(by)}: ${text(reason)}`,
  );
  return { title: 'Waived', items, rank: 5, leftOut: more(items, 'waived findings') };
}

function unjudgedSection({ unjudged }: ReviewReport): Section {
  const items = unjudged.map((rule) => `- ${code(rule)}`);
  return { title: 'Not judged, which is no pass', items, rank: 6, leftOut: more(items, 'rules') };
}

function more(items: readonly string[], noun: string): (shown: number) => string {
  return (shown) => `left out here for want of room: ${items.length - shown} ${noun}`;
}

/** Words that somebody else had a hand in. */
function text(words: string): string {
  const shown = words.length > maxTextCharacters ? `${words.slice(0, maxTextCharacters).replace(/[\ud800-\udbff]$/, '')}…` : words;
  return escapeMarkdown(shown);
}

function code(words: string): string {
  return words === '' ? '' : `<code>${text(words)}</code>`;
}
