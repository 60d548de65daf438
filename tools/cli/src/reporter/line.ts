/** Text for a terminal, without a terminal: what is contributed is escaped when it is written, styles are names. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

export interface Styled {
  readonly text: string;
  readonly style: Style;
}

export type Span = string | Styled;

/** One line; a line break within it is shown as `\n`. */
export type Line = readonly Span[];

export function bold(text: string): Styled {
  return { text, style: 'bold' };
}

export function dim(text: string): Styled {
  return { text, style: 'dim' };
}

export function red(text: string): Styled {
  return { text, style: 'red' };
}

export function yellow(text: string): Styled {
  return { text, style: 'yellow' };
}

export function green(text: string): Styled {
  return { text, style: 'green' };
}

export function cyan(text: string): Styled {
  return { text, style: 'cyan' };
}

export function textOf(span: Span): string {
  return typeof span === 'string' ? span : span.text;
}

/** The columns that a line takes. */
export function widthOf(line: Line): number {
  return line.reduce((sum, span) => sum + displayWidth(escapeText(textOf(span))), 0);
}

/** Several lines of text, each indented; for messages that carry breaks of their own. */
export function linesOf(text: string, indent: string = ''): readonly Line[] {
  return text.split(/\r\n|\r|\n/).map((line) => [`${indent}${line}`.trimEnd()]);
}

/**
 * Control characters (C0, C1, DEL), bidirectional controls (Unicode UAX 9), invisible characters and lone surrogates as
 * `\x1b` and `\u202e`: contributed text can't move the cursor, colour, or hide what stands beside it.
 */
export function escapeText(text: string): string {
  return text.replace(dangerous, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0x0a) return String.raw`\n`;
    return code < 0x100 ? String.raw`\x${code.toString(16).padStart(2, '0')}` : String.raw`\u${code.toString(16).padStart(4, '0')}`;
  });
}

const dangerous =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Columns on a terminal: East Asian wide characters take two (Unicode UAX 11), combining marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/^\p{Mark}$/u.test(character)) continue;
    width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  }
  return width;
}

function isWide(code: number): boolean {
  return wideRanges.some(([first, last]) => code >= first && code <= last);
}

const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];
