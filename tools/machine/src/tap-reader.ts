import { StringDecoder } from 'node:string_decoder';

/** What one test of a script came to. */
export interface TapPoint {
  /** With the names of what it lies in: `engine › runs a container`. */
  readonly name: string;
  /** A test that was skipped, or is marked as to do, is skipped: it has proven nothing. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly ms: number;
  /** Why it failed or was skipped. */
  readonly problem?: string;
}

export interface TapSummary {
  readonly points: number;
  readonly failed: number;
  /** The plan `1..N` of the whole, which comes last: without it the script ended too early. */
  readonly isPlanned: boolean;
  /** Points that the plan speaks of, and those that came. */
  readonly isComplete: boolean;
  /** The limit that was passed; what came after it was not read. */
  readonly limit?: string;
}

export interface TapReader {
  write(chunk: Uint8Array): void;
  end(): TapSummary;
}

export const maxTapLineLength = 65_536;
export const maxTapPoints = 5000;
export const maxTapDepth = 16;
const maxProblemLines = 40;

interface OpenPoint {
  readonly ok: boolean;
  readonly depth: number;
  readonly name: string;
  readonly directive: string;
  ms: number;
  kind: string;
  failure: string;
  readonly problem: string[];
  /** Lines of a text that follows (`error: |-`). */
  isInProblem: boolean;
}

/**
 * Reads TAP version 14 as node:test writes it (`--test-reporter=tap`): points with a YAML block behind them, subtests indented by
 * four spaces below `# Subtest:`. What is no TAP is passed over. A suite is no point of its own, nor is a test that failed
 * only because one within it did.
 */
export function makeTapReader(onPoint: (point: TapPoint) => void): TapReader {
  const decoder = new StringDecoder('utf8');
  const names: string[] = [];
  let rest = '';
  let open: OpenPoint | undefined;
  let began = false;
  let limit: string | undefined;
  let planned: number | undefined;
  let top = 0;
  let points = 0;
  let failed = 0;

  const close = (): void => {
    const point = open;
    open = undefined;
    if (point === undefined || point.failure === 'subtestsFailed' || (point.kind === 'suite' && point.ok)) return;
    if (points >= maxTapPoints) {
      limit ??= `over ${maxTapPoints} points`;
      return;
    }
    points += 1;
    const told = toPoint(point, names);
    if (told.outcome === 'failed') failed += 1;
    onPoint(told);
  };
  const onLine = (line: string): void => {
    if (line.startsWith('TAP version ')) began = true;
    if (!began) return;
    if (open !== undefined && readDetail(open, line)) {
      // The block's end: what comes next may be minutes away.
      if (line.slice(open.depth * 4 + 2) === '...') close();
      return;
    }
    close();
    const depth = Math.min(Math.floor((/^ */.exec(line)?.[0].length ?? 0) / 4), maxTapDepth);
    const text = line.trimStart();
    if (text.startsWith('# Subtest: ')) {
      names.splice(depth);
      names[depth] = unescapeName(text.slice('# Subtest: '.length));
      return;
    }
    open = openPoint(text, depth);
    if (open !== undefined && depth === 0) top += 1;
    const plan = depth === 0 ? /^1\.\.(\d{1,7})\b/.exec(line) : null;
    if (plan !== null) planned = Number(plan[1]);
  };
  return {
    write: (chunk) => {
      const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxTapLineLength) {
        limit ??= `a line of over ${maxTapLineLength} characters`;
        rest = '';
      }
      if (limit === undefined) lines.forEach(onLine);
    },
    end: () => {
      if (limit === undefined) onLine(rest);
      close();
      return { points, failed, isPlanned: planned !== undefined, isComplete: planned === top, ...(limit === undefined ? {} : { limit }) };
    },
  };
}

function openPoint(text: string, depth: number): OpenPoint | undefined {
  const match = /^(not )?ok \d{1,9}(?: - (.*))?$/s.exec(text);
  if (match === null) return undefined;
  const [, not, said = ''] = match;
  const directive = /(?<!\\)# (SKIP|TODO)\b ?(.*)$/i.exec(said);
  const name = directive === null ? said : said.slice(0, directive.index).trimEnd();
  return {
    ok: not === undefined,
    depth,
    name: unescapeName(name),
    directive: directive === null ? '' : `${directive[1]?.toLowerCase() === 'todo' ? 'to do' : 'skipped'}: ${directive[2] ?? ''}`,
    ms: 0,
    kind: '',
    failure: '',
    problem: [],
    isInProblem: false,
  };
}

/** Whether the line belongs to the block behind a point; then what is wanted of it is kept. */
function readDetail(point: OpenPoint, line: string): boolean {
  const indent = point.depth * 4 + 2;
  if (line.slice(0, indent).trim() !== '') return false;
  const text = line.slice(indent);
  // Deeper lines are the text's own; an empty one may be either, and is kept.
  if (point.isInProblem && (text.startsWith('  ') || text === '')) {
    if (point.problem.length < maxProblemLines) point.problem.push(text.slice(2));
    return true;
  }
  point.isInProblem = false;
  const [, key, value = ''] = /^(\w+): ?(.*)$/.exec(text) ?? [];
  if (key === undefined) return text === '---' || text === '...' || text.startsWith(' ');
  if (key === 'duration_ms') point.ms = Math.max(0, Math.round(Number(value)) || 0);
  if (key === 'type') point.kind = unquote(value);
  if (key === 'failureType') point.failure = unquote(value);
  if (key === 'error' && value.startsWith('|')) point.isInProblem = true;
  else if (key === 'error') point.problem.push(unquote(value));
  return true;
}

function toPoint({ ok, depth, name, directive, ms, problem }: OpenPoint, names: readonly string[]): TapPoint {
  const path = [...names.slice(0, depth), name].join(' › ');
  if (directive !== '') return { name: path, outcome: 'skipped', ms, problem: directive };
  const text = problem.join('\n').trim();
  return { name: path, outcome: ok ? 'passed' : 'failed', ms, ...(ok ? {} : { problem: text === '' ? 'it failed' : text }) };
}

function unquote(text: string): string {
  return /^(['"]).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

function unescapeName(text: string): string {
  return text.replaceAll(/\\([\\#])/g, '$1');
}
