import { isDeepStrictEqual } from 'node:util';
import type * as Yaml from 'yaml';
import { rangeOf } from '@moby/model';
import type { HistoryEntry } from '../judge/question.ts';

export interface StateEdit {
  /** Of the file as it is: read by `readOwners` without a finding. */
  readonly text: string;
  readonly entry: HistoryEntry;
  /** A deprecated component's successor. */
  readonly successor?: string;
}

/**
 * OWNERS.yaml with another state and an entry more in its history. What stands there otherwise, comments and layout included, stays byte
 * for byte where the file is written as a block of lines, which is how everybody writes it; else as YAML keeps it.
 */
export async function withState({ text, entry, successor }: StateEdit): Promise<string> {
  const yaml = await import('yaml');
  const wanted = yaml.parseDocument(text);
  wanted.set('lifecycle', entry.to);
  if (successor !== undefined) wanted.set('successor', successor);
  const history: unknown = wanted.get('history');
  if (yaml.isSeq(history)) history.add(wanted.createNode(entry));
  else wanted.set('history', [entry]);
  const spliced = splice(yaml, { text, entry, ...(successor === undefined ? {} : { successor }) });
  if (spliced === undefined) return wanted.toString({ lineWidth: 0 });
  const read = yaml.parseDocument(spliced);
  return read.errors.length === 0 && isDeepStrictEqual(read.toJS(), wanted.toJS()) ? spliced : wanted.toString({ lineWidth: 0 });
}

interface Splice {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/** Undefined where the file is not a block of lines. */
function splice(yaml: typeof Yaml, { text, entry, successor }: StateEdit): string | undefined {
  const top: unknown = yaml.parseDocument(text).contents;
  if (!yaml.isMap(top) || top.flow === true) return undefined;
  const lifecycle = rangeOf(top.get('lifecycle', true));
  if (lifecycle === undefined) return undefined;
  const splices: Splice[] = [{ at: lifecycle[0], end: lifecycle[1], text: entry.to }];
  if (successor !== undefined) {
    const before = rangeOf(top.get('successor', true));
    const end = endOfLine(text, lifecycle[1]);
    if (before === undefined) splices.push({ at: end, end, text: `\nsuccessor: ${successor}` });
    else splices.push({ at: before[0], end: before[1], text: successor });
  }
  const added = historySplice(yaml, { text, entry, history: top.get('history', true) });
  if (added === undefined) return undefined;
  return [...splices, added]
    .toSorted((a, b) => b.at - a.at)
    .reduce((all, { at, end, text: put }) => all.slice(0, at) + put + all.slice(end), text);
}

interface WrittenHistory {
  readonly text: string;
  readonly entry: HistoryEntry;
  readonly history: unknown;
}

function historySplice(yaml: typeof Yaml, { text, entry, history }: WrittenHistory): Splice | undefined {
  const lines = yaml.stringify(entry, { lineWidth: 0 }).trimEnd().split('\n');
  const item = (indent: string): string => lines.map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}`).join('\n');
  if (history === undefined) {
    const at = text.trimEnd().length;
    return { at, end: text.length, text: `\nhistory:\n${item('  ')}\n` };
  }
  if (!yaml.isSeq(history) || history.flow === true) return undefined;
  const last = rangeOf(history.items.at(-1));
  if (last === undefined) return undefined;
  const [start, valueEnd] = last;
  const indent = /(?:^|\n)([ ]*)- *$/.exec(text.slice(0, start))?.[1];
  if (indent === undefined) return undefined;
  const at = endOfLine(text, text[valueEnd - 1] === '\n' ? valueEnd - 1 : valueEnd);
  return { at, end: at, text: `\n${item(indent)}${at === text.length ? '\n' : ''}` };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
