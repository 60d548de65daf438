import { escapeText, textOf, type Line, type Span, type Style } from './line.ts';

/** Where a program speaks. The only file that writes: data to stdout, all else to stderr. */
export interface Terminal {
  readonly data: Channel;
  readonly talk: Channel;
}

export interface Channel {
  /** A person may be looking: lines may move. */
  readonly isTerminal: boolean;
  readonly columns: number;
  line(line: Line): void;
  /** Draws a line that the next one replaces; only on a terminal. */
  moving(line: Line): void;
  /** Takes the moving line away. */
  still(): void;
  /** One JSON document: everything that a terminal could take for a command is escaped as JSON does it. */
  document(value: unknown): void;
}

/** The part of a stream that is needed here; `process.stdout` and `process.stderr` have it. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface TerminalOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const defaultColumns = 80;
const leastColumns = 20;

export function openTerminal({ stdout, stderr, environment }: TerminalOptions): Terminal {
  return { data: openChannel(stdout, environment), talk: openChannel(stderr, environment) };
}

function openChannel(stream: Stream, environment: TerminalOptions['environment']): Channel {
  const isTerminal = stream.isTTY === true && environment['TERM'] !== 'dumb';
  const paint = hasColour(isTerminal, environment) ? painted : (span: Span): string => escapeText(textOf(span));
  let moves = false;
  const still = (): void => {
    if (moves) stream.write('\r\u001b[K');
    moves = false;
  };
  // A terminal that does not know its size says 0.
  const columns = (): number => {
    const known = stream.columns ?? 0;
    return known === 0 ? defaultColumns : Math.max(leastColumns, known);
  };
  return {
    isTerminal,
    get columns() {
      return columns();
    },
    line(line) {
      still();
      stream.write(`${line.map(paint).join('').trimEnd()}\n`);
    },
    moving(line) {
      if (!isTerminal) return;
      stream.write(
        `\r\u001b[K${cut(line, columns() - 1)
          .map(paint)
          .join('')}`,
      );
      moves = true;
    },
    still,
    document(value) {
      still();
      const text = JSON.stringify(value, undefined, 2);
      stream.write(
        `${text.replace(unsafeInJson, (character) => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`,
      );
    },
  };
}

const unsafeInJson = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** `FORCE_COLOR` and `NO_COLOR` where they are set and not empty, else whether it is a terminal. */
function hasColour(isTerminal: boolean, environment: TerminalOptions['environment']): boolean {
  const force = environment['FORCE_COLOR'] ?? '';
  if (force !== '') return force !== '0' && force !== 'false';
  return (environment['NO_COLOR'] ?? '') === '' && isTerminal;
}

/** ECMA-48, section 8.3.117 (SGR). */
const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
};

function painted(span: Span): string {
  if (typeof span === 'string') return escapeText(span);
  const [on, off] = codes[span.style];
  return `\u001b[${on}m${escapeText(span.text)}\u001b[${off}m`;
}

/** A moving line must not wrap: what is behind the last column is left out. */
function cut(line: Line, columns: number): Line {
  const result: Span[] = [];
  let left = columns;
  for (const span of line) {
    const text = Array.from(escapeText(textOf(span)))
      .slice(0, left)
      .join('');
    left -= Array.from(text).length;
    result.push(typeof span === 'string' ? text : { text, style: span.style });
  }
  return result;
}
