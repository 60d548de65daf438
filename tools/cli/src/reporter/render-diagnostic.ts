import type { Diagnostic, Place } from '@moby/model';
import { bold, cyan, dim, displayWidth, linesOf, red, yellow, type Line, type Styled } from './line.ts';

/** The longest part of a source line that is shown, in characters. */
const maxShownLine = 160;

/**
 * A finding as people read it: what, where, the line with the marked part and the note, what to do. Further lines of
 * the message are indented below its first.
 */
export function renderDiagnostic(finding: Diagnostic): readonly Line[] {
  const colour = finding.severity === 'error' ? red : yellow;
  const [first = '', ...others] = finding.message.split('\n');
  return [
    [colour(`${finding.severity}[${finding.code}]`), bold(`: ${first}`)],
    ...[...others, ...(finding.details ?? [])].flatMap((line) => linesOf(line, '  ')),
    ...(finding.place === undefined ? noteAlone(finding) : renderPlace(finding.place, finding.note, colour)),
    ...renderHints(finding.hints ?? []),
  ];
}

function noteAlone(finding: Diagnostic): readonly Line[] {
  return finding.note === undefined ? [] : linesOf(finding.note, '  ');
}

/** `  hint: …`, one a line; a hint's further lines stand under its first. */
export function renderHints(hints: readonly string[]): readonly Line[] {
  return hints.flatMap((hint) =>
    hint.split('\n').map((line, index): Line => (index === 0 ? ['  ', cyan('hint'), `: ${line}`] : [`        ${line}`])),
  );
}

function renderPlace(place: Place, note: string | undefined, colour: (text: string) => Styled): readonly Line[] {
  const number = String(place.line);
  const gutter = ' '.repeat(number.length);
  const shown = window(place);
  const pad = ' '.repeat(displayWidth(shown.text.slice(0, shown.start)));
  const carets = '^'.repeat(Math.max(1, displayWidth(shown.text.slice(shown.start, shown.start + shown.length))));
  return [
    [gutter, dim('-->'), ` ${place.file}:${place.line}:${place.column}`],
    [`${gutter} `, dim('|')],
    [dim(`${number} |`), ` ${shown.text}`],
    [`${gutter} `, dim('|'), ` ${pad}`, colour(carets), ...(note === undefined ? [] : [colour(` ${note}`)])],
  ];
}

/** The part of a long line round the marked one; each character that would not keep its column is one that does. */
function window(place: Place): { readonly text: string; readonly start: number; readonly length: number } {
  const text = place.text
    .replaceAll('\t', ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, '\ufffd');
  const column = place.column - 1;
  if (text.length <= maxShownLine) return { text, start: column, length: place.length };
  const from = Math.max(0, Math.min(column - Math.floor(maxShownLine / 4), text.length - maxShownLine));
  const before = from > 0 ? '…' : '';
  const after = from + maxShownLine < text.length ? '…' : '';
  const start = column - from + before.length;
  return {
    text: `${before}${text.slice(from, from + maxShownLine)}${after}`,
    start,
    length: Math.min(place.length, maxShownLine - (column - from)),
  };
}
