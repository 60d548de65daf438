import { Refusal } from '../gate/refusal.ts';

/** What is searched, and which part of what is found. */
export interface SearchQuery {
  readonly text: string;
  readonly from: number;
  readonly size: number;
}

export const searchLimits = { from: 10_000, size: 250 } as const;
const defaultSize = 20;

/** npm's query of a search, as `text=redis&from=0&size=20`; what npm sends besides is about packages that people rate. Throws a `Refusal`. */
export function searchQuery(url: string): SearchQuery {
  const at = url.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  const number = (name: keyof typeof searchLimits, otherwise: number): number => {
    const text = query.get(name) ?? String(otherwise);
    if (/^[0-9]{1,6}$/.test(text) && Number(text) <= searchLimits[name]) return Number(text);
    throw new Refusal({ code: 'MOBY-D400', message: `\`${name}\` of a search must be a whole number up to ${searchLimits[name]}` });
  };
  return { text: query.get('text') ?? '', from: number('from', 0), size: number('size', defaultSize) };
}
