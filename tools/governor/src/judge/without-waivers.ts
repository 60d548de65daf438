import { isDeepStrictEqual } from 'node:util';
import type * as Yaml from 'yaml';
import { rangeOf } from '@moby/model';

/**
 * policy.yaml without some of its waivers, by their indexes. What stands there otherwise stays byte for byte, where waivers are written one
 * below the other; else as YAML keeps it.
 */
export async function withoutWaivers(text: string, indexes: ReadonlySet<number>): Promise<string> {
  const yaml = await import('yaml');
  const wanted = yaml.parseDocument(text);
  const waivers: unknown = wanted.get('waivers');
  if (!yaml.isSeq(waivers)) return text;
  const cut = cutItems(text, waivers, indexes);
  waivers.items = waivers.items.filter((_, index) => !indexes.has(index));
  if (cut !== undefined) {
    const read = yaml.parseDocument(cut);
    if (read.errors.length === 0 && isDeepStrictEqual(read.toJS(), wanted.toJS())) return cut;
  }
  return wanted.toString({ lineWidth: 0 });
}

/** Whole lines, from that of an item's dash on. Undefined where the list is not one of lines. */
function cutItems(text: string, waivers: Yaml.YAMLSeq, indexes: ReadonlySet<number>): string | undefined {
  if (waivers.flow === true) return undefined;
  const all = waivers.items.every((_, index) => indexes.has(index));
  let next = text;
  for (const [index, item] of [...waivers.items.entries()].reverse()) {
    if (!indexes.has(index)) continue;
    const range = rangeOf(item);
    if (range === undefined) return undefined;
    const start = text.lastIndexOf('\n', range[0]) + 1;
    const end = text.indexOf('\n', text[range[1] - 1] === '\n' ? range[1] - 1 : range[1]);
    if (!/^[ ]*- *$/.test(text.slice(start, range[0]))) return undefined;
    next = next.slice(0, start) + next.slice(end < 0 ? text.length : end + 1);
  }
  if (!all) return next;
  // A key with nothing below it would be null.
  return next.replace(/^waivers:(?=[ \t]*(?:#.*)?$)/m, 'waivers: []');
}
