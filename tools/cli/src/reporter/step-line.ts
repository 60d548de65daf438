import { dim, widthOf, type Line } from './line.ts';

/** What is known of a step of the line, for drawing. Times in ms. */
export interface StepState {
  readonly step: string;
  readonly note: string;
  readonly done: number | undefined;
  readonly total: number | undefined;
  readonly unit: 'bytes' | 'items';
  readonly elapsedMs: number;
  /** Units a second since the first update that carried a count; undefined while it would be a guess. */
  readonly rate: number | undefined;
  /** What was downloaded, where the step has ended with a count of something else. */
  readonly downloaded?: { readonly bytes: number; readonly rate: number | undefined } | undefined;
}

/** What steps count, where their note tells of all of it, and where it names the one that is at hand. */
const nouns: Readonly<Record<string, string>> = { resolve: 'components', check: 'edges' };
const nounsOfItems: Readonly<Record<string, string>> = { derive: 'payloads', mirror: 'payloads', update: 'components' };

const nameWidth = 10;
const textWidth = 58;
const barWidth = 20;
const columnsWithBar = 80;

/** A step that is over: what it gave and how long it took. */
export function finishedStep(state: StepState): Line {
  const text = [counted(state), downloadedWords(state)].filter((part) => part !== '').join(' · ');
  const line: Line = [`  ${state.step.padEnd(nameWidth)}${text}`];
  const time = formatDuration(state.elapsedMs);
  return [...line, ' '.repeat(Math.max(2, textWidth + nameWidth + 10 - widthOf(line) - time.length)), dim(time)];
}

/** `17 components, as locked`, where the step counts things that have a name. */
function counted({ step, note, done, total, unit }: StepState): string {
  const items = unit === 'items' && done !== total ? nounsOfItems[step] : undefined;
  if (items !== undefined && total !== undefined) return total === 1 ? note : `${total} ${items}`;
  const noun = unit === 'items' ? nouns[step] : undefined;
  if (noun === undefined || done === undefined || note.startsWith(`${done} ${noun}`)) return note;
  return note === '' ? `${done} ${noun}` : `${done} ${noun}, ${note}`;
}

function downloadedWords({ unit, done, rate, downloaded }: StepState): string {
  const what = downloaded ?? (unit === 'bytes' && done !== undefined ? { bytes: done, rate } : undefined);
  if (what === undefined) return '';
  return what.rate === undefined ? sizeOf(what.bytes) : `${sizeOf(what.bytes)} at ${sizeOf(what.rate)}/s`;
}

/** A step that goes on: the bar where there is room, then how far it is, how fast, and how long it will take. */
export function goingStep(state: StepState, columns: number): Line {
  const parts = [`  ${state.step.padEnd(nameWidth)}${state.note}`.trimEnd()];
  const { done, total } = state;
  if (done === undefined || total === undefined || total === 0) parts.push(formatDuration(state.elapsedMs));
  else {
    if (columns >= columnsWithBar) parts.push(bar(done / total));
    parts.push(state.unit === 'bytes' ? sizesOf(done, total) : `${done}/${total}`);
    if (state.rate !== undefined && state.rate > 0) {
      if (state.unit === 'bytes') parts.push(`${sizeOf(state.rate)}/s`);
      parts.push(`${formatDuration(Math.ceil(Math.max(0, total - done) / state.rate) * 1000)} left`);
    }
  }
  return [parts.join('  ')];
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

/** `28 ms`, `0.6 s`, `12 s` for whole seconds from ten on, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 100) return Number.isInteger(ms / 1000) ? `${ms / 1000} s` : `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Powers of 1000, as everywhere: `34.1 MB`. */
function sizeOf(bytes: number): string {
  const [value, unit] = scaled(bytes, bytes);
  return `${value} ${unit}`;
}

/** `34.1/48.2 MB`: both in the unit of the whole. */
function sizesOf(done: number, total: number): string {
  const [, unit] = scaled(total, total);
  return `${scaled(done, total)[0]}/${scaled(total, total)[0]} ${unit}`;
}

function scaled(bytes: number, like: number): readonly [string, string] {
  if (like < 1e3) return [String(Math.round(bytes)), 'B'];
  if (like < 1e6) return [(bytes / 1e3).toFixed(1), 'kB'];
  if (like < 1e9) return [(bytes / 1e6).toFixed(1), 'MB'];
  return [(bytes / 1e9).toFixed(1), 'GB'];
}
